"""Facts of nodes and pods as the API server lists them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from gpu_cluster.capacity import Pool
from gpu_cluster.config.quantity import amount
from gpu_cluster_tools.doctor.api_server import Object

DRIVER_LABELS = ("nvidia.com/cuda.driver-version.major", "nvidia.com/cuda.driver.major")
"""Labels of GPU feature discovery, today's name first (its README in NVIDIA/k8s-device-plugin v0.20.0)."""


def labels_of(thing: Object) -> Mapping[str, str]:
    return thing["metadata"].get("labels", {})


def is_ready(thing: Object) -> bool:
    """Whether a node or a pod is Ready."""
    conditions = thing.get("status", {}).get("conditions", [])
    return any(it["type"] == "Ready" and it["status"] == "True" for it in conditions)


def of_pool(pool: Pool, nodes: Iterable[Object]) -> list[Object]:
    return [node for node in nodes if labels_of(node).items() >= pool.selector.items()]


def allocatable(node: Object, resource: str) -> Decimal:
    return amount(node.get("status", {}).get("allocatable", {}).get(resource, "0"))


def driver_branch(node: Object) -> str | None:
    """Major version of the NVIDIA driver, as the node's label has it."""
    return next((labels_of(node)[it] for it in DRIVER_LABELS if it in labels_of(node)), None)
