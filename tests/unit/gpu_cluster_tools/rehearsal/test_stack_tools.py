"""Tools required by a stack."""

from pathlib import Path

from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal.stack_tools import tools_of
from gpu_cluster_tools.toolchain import AWS_PROVIDER, KARPENTER

STACKS = Path(__file__).parents[4] / "tests" / "stacks" / "happy"


def test_karpenter_is_built_only_for_stacks_that_use_it() -> None:
    assert tools_of(load(STACKS / "eks-karpenter.yaml")) == [AWS_PROVIDER, KARPENTER]
    assert tools_of(load(STACKS / "eks-smallest.yaml")) == [AWS_PROVIDER]
    assert tools_of(load(STACKS.parents[2] / "stacks" / "Pulumi.local.yaml")) == []
