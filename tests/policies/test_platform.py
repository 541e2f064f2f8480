"""The platform of the committed stack files keeps the rules, but for what is waived."""

from pathlib import Path

import pytest

from components.stackfile import load
from policies import Report, pack_of
from policies.planned import resources_of
from tests.unit.platforms import platform_of

STACKS = Path(__file__).parents[2] / "stacks"


def _report(stack: str) -> Report:
    settings = load(STACKS / f"Pulumi.{stack}.yaml")
    graph, _ = platform_of(settings)
    return pack_of(stack).check(resources_of(graph))


@pytest.mark.parametrize("stack", ["local", "dev", "staging", "prod", "onprem", "edge"])
def test_a_stack_breaks_no_rule_that_nobody_waived(stack: str) -> None:
    pack = pack_of(stack)
    report = _report(stack)

    assert [str(finding) for finding in report.findings if pack.stops(finding.rule)] == []
    assert [str(problem) for problem in report.stale] == []
