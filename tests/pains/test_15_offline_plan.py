"""A plan that calls a cloud or a cluster which may not be reachable, or not exist yet."""

import socket

import pytest

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.platform import Platform
from gpu_cluster.stack import load
from tests.pains.platforms import STACKS
from tests.unit.graph import graph_of


def test_stack_is_checked_and_planned_without_a_network(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no network here")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    stack = load(STACKS / f"Pulumi.{name}.yaml")
    # These mocks answer no calls, such as the caller's identity or existing resources.
    graph = graph_of(lambda: Platform("platform", stack, backend=backend_for(stack, STACKS)), preview=True)
    assert graph.of("cluster:Cluster")
