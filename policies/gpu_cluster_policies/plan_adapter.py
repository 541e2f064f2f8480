"""The resources of a plan, as rules look at them."""

from gpu_cluster.plan import Graph, Registered
from gpu_cluster_policies.resources.resource import Resource, kind_of


def resources_of(graph: Graph) -> list[Resource]:
    """Resources of the graph, with components and providers, as the engine would pass them."""
    return [resource_of(registered) for registered in graph.resources]


def resource_of(registered: Registered) -> Resource:
    return Resource(
        kind_of(registered.type, registered.inputs),
        registered.inputs,
        registered.name,
        registered.outputs,
        registered.urn,
        registered.made_of,
        registered.protected,
    )
