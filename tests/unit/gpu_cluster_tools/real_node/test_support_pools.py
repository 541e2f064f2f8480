"""Nodes and images of telemetry and logs on this machine."""

from dataclasses import replace
from pathlib import Path

import pytest

from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.logs.agent_config import STATE
from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from gpu_cluster_tools.cli.local.local_support import missing_for_logs
from gpu_cluster_tools.real_node import node
from gpu_cluster_tools.real_node.selection import RealSelection, real_selection
from gpu_cluster_tools.real_node.support_images import support_images, support_tools
from gpu_cluster_tools.real_node.support_pools import support_pools
from gpu_cluster_tools.real_node.volumes import paths_of
from gpu_cluster_tools.toolchain import Toolchain
from gpu_cluster_tools.toolchain.image_programs import ALERTMANAGER
from tests.unit.platforms import platform_of

STACK = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1}
    l4: {instance: g6.4xlarge, nodes: 2}
  gpu-cluster:registry: {inCluster: {size: 20Gi}}
  gpu-cluster:storage:
    standard: {kind: host-path, default: true, reclaim: delete}
  gpu-cluster:telemetry: {serveMetrics: true, size: 1Gi}
  gpu-cluster:logs: {files: {size: 1Gi}}
  gpu-cluster:serving:
    models:
      chat: {model: Qwen/Qwen3-4B, pool: l4, replicas: {min: 1, max: 2}, context: 8192, cache: {size: 40Gi}}
"""


ALERTS = "alerts: {webhook: true, secret: pager}"


class _Tools(Toolchain):
    """Programs that are all the same file."""

    def path(self, name: str) -> Path:
        return Path(__file__)


def loaded(tmp_path: Path, *edits: tuple[str, str]) -> tuple[Stack, Graph, RealSelection]:
    text = STACK
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = tmp_path / "stacks" / "Pulumi.local.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    stack = load(path)
    real = real_selection(stack)
    assert isinstance(real, RealSelection)
    return stack, platform_of(stack)[0], real


def test_nodes_of_prometheus_and_the_collector_are_real(tmp_path: Path) -> None:
    stack, graph, real = loaded(tmp_path)
    found = support_pools(stack, graph, real)
    assert not isinstance(found, str)
    assert list(real.with_pools(found).nodes) == ["l4-0", "l4-1", "system-0"]


def test_every_container_on_support_nodes_has_an_image(tmp_path: Path) -> None:
    alerts = ("{serveMetrics: true, size: 1Gi}", f"{{serveMetrics: true, size: 1Gi, {ALERTS}}}")
    stack, graph, real = loaded(tmp_path, alerts)
    found = support_pools(stack, graph, real)
    assert not isinstance(found, str)
    pools = real.with_pools(found).pools
    images = support_images(graph, _Tools({}), pools)

    def programs(pool: str) -> set[str]:
        return {image.command[0].rpartition("/")[2] for image in images[pool]}

    exporters = {"node-exporter", "otel-collector"}
    servers = {"prometheus", "prometheus-adapter", "alertmanager", "kube-state-metrics", "oci-registry"}
    assert programs("l4") == {*exporters, "no-metrics"}
    assert programs("system") == {*exporters, *servers}
    assert {tool.name for tool in support_tools(graph, pools[:1])} == programs("l4")
    shared = {id(image) for image in images["l4"]} & {id(image) for image in images["system"]}
    assert len(shared) == len(exporters)  # each file is read and hashed once


def test_stack_without_telemetry_and_logs_has_no_further_real_nodes(tmp_path: Path) -> None:
    text = (
        "  gpu-cluster:telemetry: {serveMetrics: true, size: 1Gi}\n  gpu-cluster:logs: {files: {size: 1Gi}}\n"
    )
    assert support_pools(*loaded(tmp_path, (text, ""))) == ()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("nodes: 1}\n", "nodes: 4}\n", "pool system has 4 nodes; at most 3 can be real"),
        (
            "  gpu-cluster:serving:\n",
            "  gpu-cluster:extras: {manifests: [more.yaml]}\n  gpu-cluster:serving:\n",
            "pods of extras, which have no image on this machine, may run on pool system",
        ),
    ],
)
def test_support_pools_that_cannot_be_real_have_a_reason(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    (tmp_path / "more.yaml").write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: more}}")
    assert support_pools(*loaded(tmp_path, (old, new))) == reason


def test_container_without_an_image_keeps_the_pool_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(ALERTMANAGER, name="other")
    monkeypatch.setattr("gpu_cluster_tools.real_node.support_images.ALERTMANAGER", other)
    found = support_pools(*loaded(tmp_path, ("{serveMetrics: true, size: 1Gi}", f"{{size: 1Gi, {ALERTS}}}")))
    assert found == "alertmanager, which has no image on this machine, may run on pool system"


def test_log_agents_require_journalctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack, *_ = loaded(tmp_path)
    monkeypatch.setattr("gpu_cluster_tools.cli.local.local_support._OF_JOURNALS", ("/no/journalctl",))
    assert "/no/journalctl for the agents of logs" in (missing_for_logs(stack) or "")
    quiet, *_ = loaded(tmp_path, ("{files: {size: 1Gi}}", "{files: {size: 1Gi}, nodes: false}"))
    assert missing_for_logs(quiet) is None


def test_log_agents_write_below_their_own_node() -> None:
    """A module of the nodes imports no settings, to keep each process small."""
    assert node.LOG_AGENT_FOLDER == STATE


def test_only_host_path_volumes_change_their_mode() -> None:
    volumes = b'{"items": [{"spec": {"hostPath": {"path": "/tmp/a"}}}, {"spec": {"csi": {}}}]}'
    assert paths_of(volumes) == {"/tmp/a"}
    assert paths_of(b"{}") == set()
