"""Simulated cluster autoscaler: scales up node groups for pending pods, within their maximum size.

The real scheduler places the pods once the node exists.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.kubelet import EFFECTS
from gpu_cluster_tools.rehearsal.cluster_state.unscheduled import condition, fits, has_idle, is_unscheduled
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.rehearsal.controllers.eks_listing import list_in_clusters
from gpu_cluster_tools.rehearsal.simulated_nodes.server_hardware import offered_by

_SCALER = "/apis/apps/v1/namespaces/cluster-autoscaler/deployments"
_GROUP = "eks.amazonaws.com/nodegroup"
_PATIENCE_SECONDS = 3  # with pods that the scheduler may still place


def add_servers(api: DynamicClient, account: Api) -> None:
    """Start a server in each node group that waiting pods could use, where the stack has an autoscaler."""
    pods = api.items("/api/v1/pods")
    waiting = [pod for pod in pods if is_unscheduled(pod) and _has_waited(pod)]
    if not waiting or not api.items(_SCALER):
        return
    nodes = api.items("/api/v1/nodes")
    for group in _groups(account):
        own = [node for node in nodes if node["metadata"]["labels"].get(_GROUP) == group["nodegroupName"]]
        if has_idle(own, pods):
            continue
        node = _next_node(group, own)
        if any(fits(pod, node) for pod in waiting):
            _grow(account, group)


def _has_waited(pod: Object) -> bool:
    since = datetime.fromisoformat(condition(pod)["lastTransitionTime"])
    return (datetime.now(UTC) - since).total_seconds() > _PATIENCE_SECONDS


def _groups(account: Api) -> Iterator[Object]:
    """Node groups that can grow now."""
    for cluster, name in list_in_clusters(account, "ListNodegroups", "nodegroups"):
        asked = {"clusterName": cluster, "nodegroupName": name}
        group: Object = account.call("eks", "DescribeNodegroup", **asked)["nodegroup"]
        scaling = group["scalingConfig"]
        if group["status"] == "ACTIVE" and scaling["desiredSize"] < scaling["maxSize"]:
            yield group


def _grow(account: Api, group: Object) -> None:
    asked = {"clusterName": group["clusterName"], "nodegroupName": group["nodegroupName"]}
    size = {"desiredSize": group["scalingConfig"]["desiredSize"] + 1}
    try:
        account.call("eks", "UpdateNodegroupConfig", **asked, scalingConfig=size)
    except ApiError as error:
        if error.code != "ResourceInUseException":  # an update began meanwhile
            raise


def _next_node(group: Object, nodes: list[Object]) -> Object:
    """The next server: like the existing ones, or from the group's template without any."""
    if nodes:
        return nodes[0]
    taints = [{**taint, "effect": EFFECTS[taint["effect"]]} for taint in group.get("taints", [])]
    return {
        "metadata": {"name": f"next-of-{group['nodegroupName']}", "labels": group.get("labels", {})},
        "spec": {"taints": taints},
        "status": {"allocatable": offered_by(group["instanceTypes"][0])},
    }
