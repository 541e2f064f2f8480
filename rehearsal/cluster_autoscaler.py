"""In place of the cluster autoscaler: servers for node groups that pods wait for, as far as they may grow.

Which pod goes onto which node is decided by the real scheduler, once the node is there.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from components.catalog import INSTANCES
from components.config.pools import PoolSettings
from components.config.span import Span
from components.pools import GPU_RESOURCE, allocatable, hardware_of
from rehearsal.aws.api import Api, ApiError
from rehearsal.objects import ApiServer, Object
from rehearsal.unscheduled import condition, fits, has_idle, is_unscheduled

_SCALER = "/apis/apps/v1/namespaces/cluster-autoscaler/deployments"
_GROUP = "eks.amazonaws.com/nodegroup"
_PATIENCE_SECONDS = 3  # with pods that the scheduler may still place
_EFFECTS = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}


def add_servers(api: ApiServer, account: Api) -> None:
    """Start a server in each node group that waiting pods could use, where the stack has an autoscaler."""
    pods = api.items("/api/v1/pods")
    waiting = [pod for pod in pods if is_unscheduled(pod) and _has_waited(pod)]
    if not waiting or not api.items(_SCALER):
        return
    nodes = api.items("/api/v1/nodes")
    for group in _groups(account):
        own = [node for node in nodes if node["metadata"]["labels"].get(_GROUP) == group["nodegroupName"]]
        if has_idle(own, pods) or not any(fits(pod, _next_node(group, own)) for pod in waiting):
            continue
        _grow(account, group)


def _has_waited(pod: Object) -> bool:
    since = datetime.fromisoformat(condition(pod)["lastTransitionTime"])
    return (datetime.now(UTC) - since).total_seconds() > _PATIENCE_SECONDS


def _groups(account: Api) -> Iterator[Object]:
    """Node groups that can grow now."""
    for cluster in account.call("eks", "ListClusters")["clusters"]:
        for name in _names(account, cluster):
            asked = {"clusterName": cluster, "nodegroupName": name}
            group: Object = account.call("eks", "DescribeNodegroup", **asked)["nodegroup"]
            scaling = group["scalingConfig"]
            if group["status"] == "ACTIVE" and scaling["desiredSize"] < scaling["maxSize"]:
                yield group


def _names(account: Api, cluster: str) -> list[str]:
    try:
        return account.call("eks", "ListNodegroups", clusterName=cluster)["nodegroups"]
    except ApiError as error:
        if error.is_gone:  # meanwhile
            return []
        raise


def _grow(account: Api, group: Object) -> None:
    asked = {"clusterName": group["clusterName"], "nodegroupName": group["nodegroupName"]}
    size = {"desiredSize": group["scalingConfig"]["desiredSize"] + 1}
    try:
        account.call("eks", "UpdateNodegroupConfig", **asked, scalingConfig=size)
    except ApiError as error:
        if error.code != "ResourceInUseException":  # an update began meanwhile
            raise


def _next_node(group: Object, nodes: list[Object]) -> Object:
    """What the next server would be: like the others, or as the group says where there are none."""
    if nodes:
        return nodes[0]
    machine: str = group["instanceTypes"][0]
    hardware = hardware_of(PoolSettings(instance=machine, nodes=Span(min=1, max=1)))
    gpus = INSTANCES[machine].gpus
    offered = allocatable(hardware.capacity).quantities() | ({GPU_RESOURCE: str(gpus)} if gpus else {})
    taints = [{**taint, "effect": _EFFECTS[taint["effect"]]} for taint in group.get("taints", [])]
    return {
        "metadata": {"name": f"next-of-{group['nodegroupName']}", "labels": group.get("labels", {})},
        "spec": {"taints": taints},
        "status": {"allocatable": offered},
    }
