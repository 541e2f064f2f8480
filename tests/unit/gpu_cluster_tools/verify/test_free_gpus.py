"""GPUs that no pod has."""

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.verify.free_gpus import FreeGpus, free_gpus
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import UNREADY, nodes_of

LOCAL = stack("local", {})
L4 = pools_of(LOCAL)["l4"]
GPU = "nvidia.com/gpu"


def taken(node: str, phase: str = "Running", *, first: bool = False) -> Object:
    """A pod that has a GPU, in its init container or its other one."""
    with_gpu: Object = {"resources": {"limits": {GPU: "1"}}}
    other: Object = {"resources": {}}
    containers = {
        "initContainers": [with_gpu if first else other],
        "containers": [other if first else with_gpu],
    }
    return {"spec": {"nodeName": node, **containers}, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("pods", "free"),
    [
        ([], FreeGpus("l4-0", GPU, 1)),
        ([taken("l4-0")], FreeGpus("l4-1", GPU, 1)),
        ([taken("l4-0"), taken("l4-1")], None),
        ([taken("l4-0"), taken("l4-1", "Succeeded")], FreeGpus("l4-1", GPU, 1)),
        ([taken("l4-0", first=True), taken("l4-1")], None),
    ],
)
def test_a_gpu_is_free_that_no_pod_has(pods: list[Object], free: FreeGpus | None) -> None:
    assert free_gpus(L4, nodes_of(LOCAL), pods) == free


def test_nodes_that_take_no_pods_have_none() -> None:
    found = nodes_of(LOCAL)
    for node in found:
        node["spec"]["unschedulable"] = node["metadata"]["name"] == "l4-0"
        if node["metadata"]["name"] == "l4-1":
            node["status"]["conditions"] = UNREADY
    assert free_gpus(L4, found, []) is None
    assert free_gpus(L4, nodes_of(LOCAL, simulated=True), []) is None


def test_the_part_of_a_gpu_that_most_are_free_of_is_chosen() -> None:
    pool = pools_of(stack("onprem", {}))["h100-mig"]
    free = free_gpus(pool, nodes_of(stack("onprem", {})), [])
    assert free
    assert free.count == max(pool.gpu_resources.values())
