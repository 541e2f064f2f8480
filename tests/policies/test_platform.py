"""The platform of the committed stack files follows the rules, except for waivers."""

from pathlib import Path

import pytest

from gpu_cluster.plan import plan_of
from gpu_cluster_policies import pack_of
from gpu_cluster_policies.plan_adapter import resources_of

PROJECT = Path(__file__).parents[2]


STACKS = [path.name.split(".")[1] for path in sorted((PROJECT / "stacks").glob("Pulumi.*.yaml"))]


@pytest.mark.parametrize("stack", STACKS)
def test_stack_breaks_only_waived_rules(stack: str) -> None:
    """Applies to blocking and advisory rules."""
    report = pack_of(stack).check(resources_of(plan_of(PROJECT, stack).graph))

    assert [str(finding) for finding in report.findings] == []
    assert [str(problem) for problem in report.stale] == []
