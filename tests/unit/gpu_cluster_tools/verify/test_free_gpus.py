"""GPUs that no pod uses."""

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
    """A pod with a GPU in its init container or its other container."""
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
def test_unused_gpu_is_free(pods: list[Object], free: FreeGpus | None) -> None:
    assert free_gpus(L4, nodes_of(LOCAL), pods) == free


def test_unschedulable_unready_and_simulated_nodes_have_no_free_gpus() -> None:
    found = nodes_of(LOCAL)
    for node in found:
        node["spec"]["unschedulable"] = node["metadata"]["name"] == "l4-0"
        if node["metadata"]["name"] == "l4-1":
            node["status"]["conditions"] = UNREADY
    assert free_gpus(L4, found, []) is None
    assert free_gpus(L4, nodes_of(LOCAL, simulated=True), []) is None


def test_resource_with_most_free_devices_is_chosen() -> None:
    pool = pools_of(stack("onprem", {}))["h100-mig"]
    free = free_gpus(pool, nodes_of(stack("onprem", {})), [])
    assert free
    assert free.count == max(pool.gpu_resources.values())
