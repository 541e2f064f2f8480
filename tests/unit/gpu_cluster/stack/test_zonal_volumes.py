from pathlib import Path

import pytest

from gpu_cluster.stack import load
from gpu_cluster.stack.notes import notes_of

STACKS = Path(__file__).parents[4] / "stacks"

BASE = """\
config:
  aws:region: us-east-2
  gpu-cluster:cluster:
    provider: eks
    account: "123456789012"
    version: "1.35"
    access: {platform: {principal: "arn:aws:iam::123456789012:role/platform", policy: cluster-admin}}
  gpu-cluster:network: {zones: [us-east-2a, us-east-2b, us-east-2c]}
"""
ONE_ZONE = "zones: [us-east-2b]"

WORDS = (
    "zones: the volume of Prometheus is in one zone, and the pod waits where a failed node is replaced in "
    "another"
)
OR = "or zones with that of the volume alone"
SHORT = {
    "system: {instance: m7i.xlarge, nodes: 2}": (
        f"pool system: 2 nodes in 3 {WORDS}; hint: pools.system.nodes: 3, {OR}"
    ),
    "system: {instance: m7i.xlarge, nodes: {min: 1, max: 6}}": (
        f"pool system: at least 1 node in 3 {WORDS}; hint: pools.system.nodes: {{min: 3, max: 6}}, {OR}"
    ),
}
THREE = "{instance: m7i.xlarge, nodes: 3}"
WITH_A_NODE_IN_EACH = (
    f"system: {THREE}",
    f"system: {{instance: m7i.xlarge, nodes: 1, {ONE_ZONE}}}",
    f"system: {THREE}\n    base: {{instance: m7i.xlarge, nodes: {{min: 0, max: 3}}, {ONE_ZONE}}}",
    "system: {instance: m7i.xlarge, nodes: {min: 0, max: 3}, provisioner: karpenter}\n    base: " + THREE,
    f"system: {{instance: m7i.xlarge, nodes: 1}}\n    base: {THREE}",
)
ELSEWHERE = (
    "gpu-cluster:storage: {home: {kind: efs, default: true}}",
    "gpu-cluster:telemetry: {enabled: false}",
    "gpu-cluster:telemetry: {prometheus: existing}",
)


def notes(tmp_path: Path, pools: str, *sections: str) -> list[str]:
    file = tmp_path / "Pulumi.lab.yaml"
    file.write_text(BASE + f"  gpu-cluster:pools:\n    {pools}\n" + "".join(f"  {it}\n" for it in sections))
    return [note for note in notes_of(load(file)) if "in one zone" in note]


@pytest.mark.parametrize("pools", SHORT)
def test_pool_with_fewer_nodes_than_zones_has_a_note(tmp_path: Path, pools: str) -> None:
    assert notes(tmp_path, pools) == [SHORT[pools]]


@pytest.mark.parametrize("pools", WITH_A_NODE_IN_EACH)
def test_pool_with_a_node_in_each_zone_has_no_note(tmp_path: Path, pools: str) -> None:
    assert notes(tmp_path, pools) == []


@pytest.mark.parametrize("section", ELSEWHERE)
def test_volume_without_a_zone_has_no_note(tmp_path: Path, section: str) -> None:
    assert notes(tmp_path, next(iter(SHORT)), section) == []


def test_log_files_on_a_zonal_volume_are_in_the_note(tmp_path: Path) -> None:
    [note] = notes(tmp_path, next(iter(SHORT)), "gpu-cluster:logs: {files: {}}")
    assert "the volume of Prometheus and of the log-collector is in one zone" in note


def test_gpu_pools_have_no_zonal_volume_note(tmp_path: Path) -> None:
    pools = "system: {instance: m7i.xlarge, nodes: 3}\n    l4: {instance: g6.4xlarge, nodes: 1}"
    assert notes(tmp_path, pools) == []


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_committed_stacks_have_a_node_in_each_zone(name: str) -> None:
    assert [it for it in notes_of(load(STACKS / f"Pulumi.{name}.yaml")) if "in one zone" in it] == []
