from pathlib import Path

import pytest

from gpu_cluster.stack import load
from gpu_cluster_tools.real_node.selection import RealSelection, gateway_pool, real_selection

STACKS = Path(__file__).parents[4] / "stacks"
LOCAL = (STACKS / "Pulumi.local.yaml").read_text()
GATEWAY = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1}
    edge: {instance: m7i.xlarge, nodes: 1, taints: {gpu-cluster/gateway: {}}}
    many: {instance: m7i.xlarge, nodes: 9, taints: {gpu-cluster/gateway: {}}}
    l4: {instance: g6.xlarge, nodes: 1}
  gpu-cluster:serving:
    models:
      chat: {model: Qwen/Qwen3-4B, pool: l4, replicas: 1, context: 8192, cache: {size: 40Gi}}
  gpu-cluster:gateway: {pool: edge, host: models.example.com, http: true}
"""


def _stack(tmp_path: Path, old: str, new: str, text: str = LOCAL) -> RealSelection | str:
    path = tmp_path / "Pulumi.local.yaml"
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return real_selection(load(path))


@pytest.fixture
def envoy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with Envoy."""
    monkeypatch.setattr("gpu_cluster_tools.real_node.selection.missing_envoy", lambda: None)


def test_nodes_that_serve_a_model_are_real() -> None:
    found = real_selection(load(STACKS / "Pulumi.local.yaml"))
    assert isinstance(found, RealSelection)
    assert list(found.nodes) == ["l4-0", "l4-1"]
    assert found.models == ("chat",)
    assert found.gateway is None


def test_large_pool_stays_simulated(tmp_path: Path) -> None:
    """Its Service would also send requests to simulated replicas."""
    found = _stack(tmp_path, "l4: {instance: g6.4xlarge, nodes: 2}", "l4: {instance: g6.4xlarge, nodes: 9}")
    assert found == "pool l4 has 9 nodes; at most 3 can be real"


def test_stack_without_models_has_no_real_node(tmp_path: Path) -> None:
    start = LOCAL[LOCAL.index("  gpu-cluster:serving:") : LOCAL.index("  gpu-cluster:teams:")]
    assert _stack(tmp_path, start, "") == "no model uses vLLM, which a server of this project replaces"


@pytest.mark.usefixtures("envoy")
def test_gateway_nodes_are_real(tmp_path: Path) -> None:
    found = _stack(tmp_path, "pool: edge", "pool: edge", GATEWAY)
    assert isinstance(found, RealSelection)
    assert {name: pool.name for name, pool in found.nodes.items()} == {"l4-0": "l4", "edge-0": "edge"}
    assert found.gateway
    assert found.gateway.name == "edge"


@pytest.mark.usefixtures("envoy")
@pytest.mark.parametrize(
    ("pool", "reason"),
    [
        ("", "it has no pool of its own (gateway.pool), and shares simulated nodes with other pods"),
        ("pool: many, ", "pool many has 9 nodes; at most 3 can be real"),
        (
            "pool: system, ",
            "pool system has no taint, so that pods without an image on this machine may run there",
        ),
    ],
)
def test_gateway_that_cannot_be_real_has_a_reason(tmp_path: Path, pool: str, reason: str) -> None:
    found = _stack(tmp_path, "pool: edge, ", pool, GATEWAY)
    assert isinstance(found, RealSelection)
    assert list(found.nodes) == ["l4-0"]
    assert found.gateway is None
    assert gateway_pool(load(tmp_path / "Pulumi.local.yaml")) == reason


def test_gateway_without_envoy_stays_simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpu_cluster_tools.real_node.selection.missing_envoy", lambda: "Linux on x86_64")
    found = _stack(tmp_path, "pool: edge", "pool: edge", GATEWAY)
    assert isinstance(found, RealSelection)
    assert found.gateway is None
    assert gateway_pool(load(tmp_path / "Pulumi.local.yaml")) == "Envoy needs Linux on x86_64"
