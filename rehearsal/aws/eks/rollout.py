"""What goes on behind a change of a node group: nodes join, are drained and leave."""

from collections.abc import Callable

from components.catalog import INSTANCES
from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.eks import instances
from rehearsal.aws.eks.endpoint import KUBECONFIG
from rehearsal.aws.eks.node_group import Document, Instance, NodeGroup
from rehearsal.aws.eks.record import Cluster


def begin(group: NodeGroup, status: str, work: Callable[[], None]) -> None:
    """Do the work: at once where no API server stands behind the cluster, else beside the requests."""
    group.document["status"] = status
    work()
    group.document["status"] = "ACTIVE"


def bring_up(cluster: Cluster, group: NodeGroup) -> None:
    pass


def settle(cluster: Cluster, group: NodeGroup, doomed: list[Instance], api: Api) -> None:
    instances.terminate(api, group, doomed)
    instances.resize(api, group)


def replace(cluster: Cluster, group: NodeGroup, api: Api, *, force: bool) -> None:
    old = list(group.instances)
    instances.launch(api, cluster, group, len(old))
    instances.terminate(api, group, old)
    instances.resize(api, group)


def empty(cluster: Cluster, group: NodeGroup, api: Api) -> None:
    instances.terminate(api, group, list(group.instances))
    instances.remove_scaling_group(api, group)


def require_known(document: Document, types: list[str]) -> None:
    """Nodes can only be simulated of instance types in the catalog."""
    if KUBECONFIG.exists() and (strange := [name for name in types if name not in INSTANCES]):
        raise ApiError("InvalidParameterException", f"{strange[0]} is not in components/catalog")
