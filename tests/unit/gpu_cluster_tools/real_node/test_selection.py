from pathlib import Path

from gpu_cluster.stack import load
from gpu_cluster_tools.real_node.selection import RealPool, real_pool

STACKS = Path(__file__).parents[4] / "stacks"
LOCAL = (STACKS / "Pulumi.local.yaml").read_text()


def _stack(tmp_path: Path, old: str, new: str) -> RealPool | str:
    path = tmp_path / "Pulumi.local.yaml"
    assert LOCAL.count(old) == 1
    path.write_text(LOCAL.replace(old, new))
    return real_pool(load(path))


def test_the_nodes_that_serve_a_model_are_real() -> None:
    found = real_pool(load(STACKS / "Pulumi.local.yaml"))
    assert isinstance(found, RealPool)
    assert found.nodes == ("l4-0", "l4-1")
    assert found.models == ("chat",)


def test_a_large_pool_stays_simulated(tmp_path: Path) -> None:
    """Its Service would send requests to simulated replicas as well."""
    found = _stack(tmp_path, "l4: {instance: g6.4xlarge, nodes: 2}", "l4: {instance: g6.4xlarge, nodes: 9}")
    assert found == "pool l4 has 9 nodes; at most 3 can be real"


def test_a_stack_without_models_has_no_real_node(tmp_path: Path) -> None:
    start = LOCAL[LOCAL.index("  gpu-cluster:serving:") : LOCAL.index("  gpu-cluster:teams:")]
    assert _stack(tmp_path, start, "") == "no model uses vLLM, which a server of this project replaces"
