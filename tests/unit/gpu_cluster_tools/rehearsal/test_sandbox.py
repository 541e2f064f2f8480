"""The account before a rehearsed stack comes."""

from pathlib import Path

from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal.sandbox import addon_roles, taken_to_be_there

STACKS = Path(__file__).parents[4] / "tests" / "stacks" / "happy"


def test_a_declared_boundary_and_the_roles_of_addons_are_there_before() -> None:
    stack = load(STACKS / "eks-declared.yaml")

    assert "arn:aws:iam::123456789012:policy/limits/workloads" in taken_to_be_there(stack)
    assert addon_roles(stack) == {"arn:aws:iam::123456789012:role/dns/cert-manager"}
