"""The platform of the committed stack files keeps the rules, but for what is waived."""

from pathlib import Path

import pytest

from plan import plan_of
from policies import pack_of
from policies.planned import resources_of

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("stack", ["local", "dev", "staging", "prod", "onprem", "edge"])
def test_a_stack_breaks_no_rule_that_nobody_waived(stack: str) -> None:
    pack = pack_of(stack)
    report = pack.check(resources_of(plan_of(PROJECT, stack).graph))

    assert [str(finding) for finding in report.findings if pack.stops(finding.rule)] == []
    assert [str(problem) for problem in report.stale] == []
