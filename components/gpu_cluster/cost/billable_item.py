"""Billable items: a resource by its kind and its inputs, wherever it was read."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from gpu_cluster.catalog.price import PriceError
from gpu_cluster.plan import Graph
from gpu_cluster.unknown import UNKNOWN


class Item(NamedTuple):
    """A cloud resource, or a Kubernetes object."""

    kind: str
    """Pulumi type of an AWS resource, such as aws:eks/nodeGroup:NodeGroup; kind of a Kubernetes object."""

    name: str
    inputs: Mapping[str, Any]

    def at(self, path: str) -> Any:
        """An input by its path: `scalingConfig.maxSize`. `PriceError` where it is not there, or not known."""
        value: Any = self.inputs
        for step in path.split("."):
            try:
                key: Any = int(step) if step.isdigit() else step
                value = value[key]
            except (KeyError, IndexError, TypeError, ValueError):
                raise PriceError(f"expected {path}, which determines the cost") from None
        if value is UNKNOWN:
            raise PriceError(f"{path} determines the cost and is unknown before deployment")
        return value

    def number(self, path: str) -> float:
        value = self.at(path)
        try:
            return float(value)
        except (TypeError, ValueError):
            raise PriceError(f"expected {path} to be a number, which determines the cost") from None


def items_of(graph: Graph) -> list[Item]:
    """Priceable items of a graph by URN: AWS and Kubernetes resources, without components."""
    return list(_items(graph))


def region_of(graph: Graph) -> str | None:
    """Region of its AWS provider; None without one."""
    return next((r.inputs.get("region") for r in graph.resources if r.type == "pulumi:providers:aws"), None)


def _items(graph: Graph) -> Iterable[Item]:
    for resource in sorted(graph.resources, key=lambda it: it.urn):
        if resource.type.startswith("aws:"):
            yield Item(resource.type, resource.name, resource.inputs)
        elif resource.type.startswith("kubernetes:"):
            yield Item(resource.type.rpartition(":")[2], resource.name, resource.inputs)
