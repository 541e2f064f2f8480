"""Platforms with teams, for tests of grants."""

from typing import Any

from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.platforms import shared_platform_of


def on_aws() -> tuple[Graph, dict[str, Any]]:
    return shared_platform_of(load(STACKS / "happy/teams-on-aws.yaml"))


def on_a_site() -> tuple[Graph, dict[str, Any]]:
    return shared_platform_of(load(STACKS / "happy/teams-on-a-site.yaml"))


def here() -> tuple[Graph, dict[str, Any]]:
    return shared_platform_of(load(STACKS / "teams/Pulumi.machine.yaml"))


def of_namespace(graph: Graph, token: str, namespace: str) -> dict[str, Any]:
    """Inputs of the objects of a type in a namespace, by name."""
    found = (it.inputs for it in graph.of(token))
    own = [it for it in found if it["metadata"].get("namespace") == namespace]
    return {it["metadata"]["name"]: it for it in own}
