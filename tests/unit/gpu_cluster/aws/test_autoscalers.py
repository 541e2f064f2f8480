"""Autoscalers of a stack on AWS in networks with and without egress."""

from pathlib import Path

import pytest

from gpu_cluster.stack import load
from tests.unit.platforms import platform_of

STACK = """\
config:
  aws:region: eu-central-1
  gpu-cluster:cluster:
    provider: eks
    account: "123456789012"
    version: "1.35"
    endpoint: private
    access: {{platform: {{principal: "arn:aws:iam::123456789012:role/platform", policy: cluster-admin}}}}
  gpu-cluster:offline: {offline}
  gpu-cluster:registry: {{mirror: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror"}}
  gpu-cluster:network:
    existing:
      ids:
        vpc: vpc-0123456789abcdef0
        private: {{eu-central-1a: subnet-0000000000000000a, eu-central-1b: subnet-0000000000000000b}}
      cidrs: [10.0.0.0/16]
  gpu-cluster:pools:
    system: {{instance: m7i.xlarge, nodes: 2}}
    l4: {{instance: g6.4xlarge, nodes: {{min: 0, max: 2}}, provisioner: karpenter}}
"""


@pytest.mark.parametrize("offline", [True, False])
def test_karpenter_runs_as_isolated_vpc_in_an_offline_stack(offline: bool, tmp_path: Path) -> None:
    """IAM and pricing have no endpoint in most regions: Karpenter's finalizers would wait forever."""
    file = tmp_path / "Pulumi.x.yaml"
    file.write_text(STACK.format(offline=str(offline).lower()))
    graph, _ = platform_of(load(file))

    [chart] = [it for it in graph.of("v4:Chart") if it.name.endswith("-chart")]
    assert chart["values"]["settings"]["isolatedVPC"] is offline
