"""Resources that a plan cannot name, because their number is known only later."""

from collections import Counter

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.plan import Graph
from gpu_cluster.platform import Platform
from gpu_cluster.stack import load
from tests.pains.platforms import STACKS
from tests.unit.graph import graph_of


def first_plan(name: str) -> Graph:
    """The first preview in an empty account."""
    stack = load(STACKS / f"Pulumi.{name}.yaml")
    return graph_of(lambda: Platform("platform", stack, backend=backend_for(stack, STACKS)), preview=True)


def test_first_plan_names_every_resource(graph: Graph, name: str) -> None:
    planned = Counter(it.urn for it in first_plan(name).resources)
    made = Counter(it.urn for it in graph.resources)
    assert planned == made
    assert set(made.values()) == {1}
