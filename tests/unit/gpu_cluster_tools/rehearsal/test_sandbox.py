"""The account before a rehearsed stack comes."""

from pathlib import Path

from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal.sandbox import addon_roles, taken_to_be_there, tools_of
from gpu_cluster_tools.toolchain import AWS_PROVIDER, KARPENTER

STACKS = Path(__file__).parents[4] / "tests" / "stacks" / "happy"


def test_a_declared_boundary_and_the_roles_of_addons_are_there_before() -> None:
    stack = load(STACKS / "eks-declared.yaml")

    assert "arn:aws:iam::123456789012:policy/limits/workloads" in taken_to_be_there(stack)
    assert addon_roles(stack) == {"arn:aws:iam::123456789012:role/dns/cert-manager"}


def test_karpenter_is_built_for_stacks_whose_pools_it_serves_alone() -> None:
    assert tools_of(load(STACKS / "eks-karpenter.yaml")) == [AWS_PROVIDER, KARPENTER]
    assert tools_of(load(STACKS / "eks-smallest.yaml")) == [AWS_PROVIDER]
    assert tools_of(load(STACKS.parents[2] / "stacks" / "Pulumi.local.yaml")) == []
