"""Nodes that have no kubelet, and pods by their labels and nodes."""

from collections.abc import Collection, Iterable, Mapping
from urllib.parse import quote

from gpu_cluster_tools.doctor.api_server import ApiServer, Object

_SIMULATED = "kwok.x-k8s.io/node"
"""Annotation of nodes that kwok plays: their pods run no program."""


def name_of(thing: Object) -> str:
    return thing["metadata"]["name"]


def is_simulated(node: Object) -> bool:
    return _SIMULATED in node["metadata"].get("annotations", {})


def simulated_nodes(nodes: Iterable[Object]) -> frozenset[str]:
    """Names of the nodes whose pods run no program."""
    return frozenset(name_of(node) for node in nodes if is_simulated(node))


def pods_with(api: ApiServer, namespace: str, labels: Mapping[str, str]) -> list[Object] | None:
    """Pods that do not end yet; None where this identity may not list them."""
    selector = quote(",".join(f"{key}={value}" for key, value in labels.items()))
    found = api.items(f"/api/v1/namespaces/{namespace}/pods?labelSelector={selector}")
    return None if found is None else [it for it in found if "deletionTimestamp" not in it["metadata"]]


def on_nodes(pods: Iterable[Object], nodes: Collection[str]) -> bool:
    """Whether all pods are scheduled, on these nodes, and there is at least one."""
    places = [pod["spec"].get("nodeName") for pod in pods]
    return bool(places) and all(place in nodes for place in places)
