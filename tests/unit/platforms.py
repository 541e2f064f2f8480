"""A whole platform on the mocks, wherever its stack file puts it."""

from functools import partial
from typing import Any

from components.config.eks import EksSettings
from components.config.stack import Stack
from components.places import Build, found
from components.platform import Platform
from tests.unit.graph import Graph, graph_of


def platform_of(stack: Stack, **live: Any) -> tuple[Graph, dict[str, Any]]:
    """What was registered, and the platform's outputs."""
    made: list[Platform] = []
    graph = graph_of(lambda: made.append(Platform("platform", stack, place=_place(stack), **live)))
    return graph, made[0].outputs


def _place(stack: Stack) -> Build:
    if isinstance(stack.cluster, EksSettings):
        from components.places.eks import eks

        return eks
    return partial(found, settings=stack.cluster, kubeconfig="/kubeconfig")
