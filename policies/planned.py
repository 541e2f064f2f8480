"""The resources of a plan, as rules look at them."""

from plan import Graph
from policies.subject import Resource


def resources_of(graph: Graph) -> list[Resource]:
    """Every resource of the graph, components and providers included, as the engine would show them."""
    return [
        Resource(_kind(each.type, each.inputs.get("kind")), each.inputs, each.name)
        for each in graph.resources
    ]


def _kind(token: str, kind: object) -> str:
    """The Kubernetes kind, or the Pulumi type of what is no Kubernetes object."""
    return kind if token.startswith("kubernetes:") and isinstance(kind, str) else token
