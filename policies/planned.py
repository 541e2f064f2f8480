"""The resources of a plan, as rules look at them."""

from plan import Graph, Registered
from policies.subject import Resource


def resources_of(graph: Graph) -> list[Resource]:
    """Every resource of the graph, components and providers included, as the engine would show them."""
    return [_resource(registered) for registered in graph.resources]


def _resource(registered: Registered) -> Resource:
    return Resource(
        _kind(registered),
        registered.inputs,
        registered.name,
        registered.outputs,
        registered.urn,
        registered.made_of,
        registered.protected,
    )


def _kind(registered: Registered) -> str:
    """The Kubernetes kind, or the Pulumi type of what is no Kubernetes object."""
    kind = registered.inputs.get("kind")
    return kind if registered.type.startswith("kubernetes:") and isinstance(kind, str) else registered.type
