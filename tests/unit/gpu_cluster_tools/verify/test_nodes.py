"""Nodes of a pool: as planned, too few, cordoned, of another version, with smaller resources."""

from collections.abc import Callable

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.verify.measurement import Measurement
from gpu_cluster_tools.verify.nodes import nodes
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import UNREADY, Cluster, nodes_of

OK, WARN, FAIL = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL

PROD = stack("prod", {})


def seen(change: Callable[[list[Object]], object], name: str = "prod") -> dict[str, Measurement]:
    """Checks of a cluster that is as planned except for one change."""
    settings = stack(name, {})
    found = nodes_of(settings)
    change(found)
    return {check.name: check for check in nodes(settings, pools_of(settings), found, Cluster())}


def first(found: list[Object], pool: str) -> Object:
    return next(node for node in found if node["metadata"]["name"] == f"{pool}-0")


@pytest.mark.parametrize("name", ["prod", "onprem", "edge", "local"])
def test_cluster_as_planned_passes(name: str) -> None:
    found = seen(lambda _: None, name)
    assert {check.verdict for check in found.values()} == {OK}
    assert {f"{pool} allocatable" for pool in pools_of(stack(name, {}))} <= found.keys()


def _pool() -> str:
    return next(name for name, pool in pools_of(PROD).items() if pool.gpus and pool.nodes.min)


POOL = _pool()


def test_missing_node_fails_with_both_numbers() -> None:
    found = seen(lambda nodes: nodes.remove(first(nodes, POOL)))[POOL]
    assert found.verdict is FAIL
    assert found.numbers["ready"] == found.numbers["least"] - 1


def test_unready_node_is_named() -> None:
    found = seen(lambda nodes: first(nodes, POOL)["status"].update(conditions=UNREADY))[POOL]
    assert found.verdict is FAIL
    assert f"not ready: {POOL}-0" in found.found


def test_cordoned_node_is_a_warning() -> None:
    found = seen(lambda nodes: first(nodes, POOL)["spec"].update(unschedulable=True))[POOL]
    assert (found.verdict, found.numbers["cordoned"]) == (WARN, 1)
    assert f"cordoned: {POOL}-0" in found.found


def test_more_nodes_than_the_maximum_are_a_warning() -> None:
    most = pools_of(PROD)[POOL].nodes.max

    def add(nodes: list[Object]) -> None:
        node = first(nodes, POOL)
        nodes.extend(
            {**node, "metadata": {**node["metadata"], "name": f"{POOL}-more-{it}"}} for it in range(most)
        )

    assert seen(add)[POOL].verdict is WARN


def test_outdated_kubelet_is_a_warning() -> None:
    old = {"kubeletVersion": "v1.34.2-eks-7"}
    found = seen(lambda nodes: first(nodes, POOL)["status"].update(nodeInfo=old))[f"{POOL} kubelet"]
    assert (found.verdict, found.numbers["other"]) == (WARN, 1)
    assert "v1.34.2-eks-7, expected 1.35" in found.found


@pytest.mark.parametrize(("count", "verdict"), [(-1, FAIL), (1, WARN)])
def test_gpus_are_counted_on_each_node(count: int, verdict: CheckStatus) -> None:
    resource, planned = next(iter(pools_of(PROD)[POOL].extended.items()))

    def change(nodes: list[Object]) -> None:
        first(nodes, POOL)["status"]["allocatable"][resource] = str(planned + count)

    found = seen(change)[f"{POOL} {resource}"]
    assert found.verdict is verdict
    assert found.numbers["allocatable"] == found.numbers["planned"] + count


def test_less_memory_than_planned_is_a_warning_with_both_numbers() -> None:
    found = seen(lambda nodes: first(nodes, POOL)["status"]["allocatable"].update(memory="1Gi"))
    check = found[f"{POOL} allocatable"]
    assert check.verdict is WARN
    assert check.found.startswith("memory 1.0 GiB, ")
    assert check.numbers["memoryLeast"] == 2**30


def test_unreported_ephemeral_storage_is_mentioned() -> None:
    def remove(nodes: list[Object]) -> None:
        for node in nodes:
            del node["status"]["allocatable"]["ephemeral-storage"]

    check = seen(remove)[f"{POOL} allocatable"]
    assert check.verdict is OK
    assert check.found.endswith("as planned or more; ephemeral-storage is not reported")


def test_simulated_nodes_have_no_kubelet_check() -> None:
    settings = stack("local", {})
    found = nodes(settings, pools_of(settings), nodes_of(settings, simulated=True), Cluster())
    assert not [check for check in found if check.name.endswith("kubelet")]
