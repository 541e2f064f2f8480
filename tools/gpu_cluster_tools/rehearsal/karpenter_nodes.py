"""In place of Karpenter's controller: starts the nodes that pods wait for, as the NodePools allow.

Which pod goes onto which node is decided by the real scheduler, once the node is there.
"""

from collections.abc import Iterable
from http import HTTPStatus

import httpx2

from gpu_cluster_tools.rehearsal.devices import Devices, devices_of_image
from gpu_cluster_tools.rehearsal.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.rehearsal.instance_types import instance_types
from gpu_cluster_tools.rehearsal.servers import offered_by, server_of
from gpu_cluster_tools.rehearsal.unscheduled import fits, has_idle, is_unscheduled

_POOL = "karpenter.sh/nodepool"
_TYPE = "node.kubernetes.io/instance-type"
_ZONE = "topology.kubernetes.io/zone"
_CAPACITY = "karpenter.sh/capacity-type"


def start_nodes(api: DynamicClient) -> None:
    """Start a node for each NodePool that waiting pods could use, and end those whose NodePool is gone."""
    pools = _node_pools(api)
    pods = api.items("/api/v1/pods")
    nodes = [node for node in api.items("/api/v1/nodes") if _POOL in node["metadata"]["labels"]]
    for node in nodes:
        if _pool_of(node) not in {_name(pool) for pool in pools}:
            _end(api, node, pods)
    waiting = [pod for pod in pods if is_unscheduled(pod)]
    for pool in pools if waiting else ():
        own = [node for node in nodes if _pool_of(node) == _name(pool)]
        if has_idle(own, pods) or len(own) >= _most(pool):
            continue
        node = _node(pool, {_name(each) for each in own}, _devices(api, pool))
        with_gpus = _with_gpus(node)
        if any(fits(pod, with_gpus) for pod in waiting):
            api.create("/api/v1/nodes", node)


def _end(api: DynamicClient, node: Object, pods: Iterable[Object]) -> None:
    """A node and, as Karpenter drains it, the pods on it: else they would stay for most of a minute."""
    api.delete(f"/api/v1/nodes/{_name(node)}")
    for pod in pods:
        if pod["spec"].get("nodeName") == _name(node):
            namespace = pod["metadata"]["namespace"]
            api.delete(f"/api/v1/namespaces/{namespace}/pods/{_name(pod)}?gracePeriodSeconds=0")


def _node_pools(api: DynamicClient) -> list[Object]:
    """None where the cluster does not know the kind."""
    try:
        return api.items("/apis/karpenter.sh/v1/nodepools")
    except httpx2.HTTPStatusError as error:
        if error.response.status_code != HTTPStatus.NOT_FOUND:
            raise
        return []


def _most(pool: Object) -> int:
    """Nodes that the limit of CPUs allows."""
    return int(pool["spec"]["limits"]["cpu"]) // instance_types()[_allowed(pool, _TYPE)[0]].cpus


def _devices(api: DynamicClient, pool: Object) -> Devices:
    """Devices of a server of the pool, and their use by the image of its EC2NodeClass."""
    reference = pool["spec"]["template"]["spec"]["nodeClassRef"]["name"]
    node_class = api.get(f"/apis/karpenter.k8s.aws/v1/ec2nodeclasses/{reference}")["spec"]
    family = node_class["amiSelectorTerms"][0]["alias"].partition("@")[0].upper()
    gpus = instance_types()[_allowed(pool, _TYPE)[0]].gpus
    return devices_of_image(f"{family}_NVIDIA", node_class.get("userData", ""), gpus=gpus, efa=0)


def _node(pool: Object, taken: set[str], devices: Devices) -> Object:
    """The next server's node before its GPUs are announced."""
    number = next(number for number in range(len(taken) + 1) if f"{_name(pool)}-{number}" not in taken)
    name, template = f"{_name(pool)}-{number}", pool["spec"]["template"]
    [machine], zones = _allowed(pool, _TYPE), _allowed(pool, _ZONE)
    zone = zones[number % len(zones)]
    hardware = server_of(machine)
    own = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": hardware.architecture,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": zone[:-1],
        _TYPE: machine,
        _ZONE: zone,
        _CAPACITY: _allowed(pool, _CAPACITY)[0],
        _POOL: _name(pool),
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": own | template["metadata"]["labels"],
            "annotations": {"kwok.x-k8s.io/node": "fake", **devices.annotations()},
        },
        "spec": {"taints": template["spec"]["taints"]},
        "status": {
            "capacity": hardware.capacity.quantities(),
            "allocatable": hardware.allocatable.quantities(),
        },
    }


def _with_gpus(node: Object) -> Object:
    """As it will be once the device plugin runs there, which Karpenter knows of an instance type."""
    return node | {"status": {"allocatable": offered_by(node["metadata"]["labels"][_TYPE])}}


def _allowed(pool: Object, key: str) -> list[str]:
    requirements = pool["spec"]["template"]["spec"]["requirements"]
    return next(each["values"] for each in requirements if each["key"] == key)


def _pool_of(node: Object) -> str:
    return node["metadata"]["labels"][_POOL]


def _name(thing: Object) -> str:
    return thing["metadata"]["name"]
