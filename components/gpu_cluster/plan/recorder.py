"""The engine's part of a program run: it records registered resources and creates none."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# Pulumi's mocks are untyped.

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pulumi
from pulumi.output import Unknown
from pulumi.runtime import Mocks, resource, rpc, set_mocks
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto.source_pb2 import StackTrace

from gpu_cluster.plan.graph import Graph, Registered
from gpu_cluster.unknown import UNKNOWN

PROJECT = "gpu-cluster"
"""Project name in Pulumi.yaml."""

_TRACED = "_get_stack_trace"


def recorded(
    program: Callable[[], object], mocks: Mocks, *, stack: str = "test", preview: bool = False
) -> Graph:
    """Run a program until all resources are registered. `mocks` answer for each resource."""
    recorder = _Recorder(mocks, stack)
    set_mocks(recorder.mocks, project=PROJECT, stack=stack, preview=preview, monitor=recorder)
    with _without_stack_traces():
        pulumi.runtime.test(lambda: program() and None)()
    return recorder.graph


@contextmanager
def _without_stack_traces() -> Generator[None]:
    """Skip source positions of resources, which take a fifth of the time of a plan and are not used in it."""
    traced = getattr(resource, _TRACED, None)
    setattr(resource, _TRACED, StackTrace)
    try:
        yield
    finally:
        setattr(resource, _TRACED, traced)


class _Recorder(MockMonitor):
    def __init__(self, mocks: Mocks, stack: str) -> None:
        super().__init__(mocks)
        self.graph = Graph()
        self._stack = stack

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Build a URN like the engine. Callers run in threads, which have no stack in their context."""
        kind = f"{parent.split('::')[2].rpartition('$')[2]}${type_}" if parent else type_
        return f"urn:pulumi:{self._stack}::{PROJECT}::{kind}::{name}"

    def RegisterResource(self, request):  # noqa: N802
        response = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            inputs = rpc.deserialize_properties(request.object, keep_unknowns=True)
            made = self.resources[response.urn]
            self.graph.resources.append(
                Registered(
                    urn=response.urn,
                    type=request.type,
                    name=request.name,
                    parent=request.parent,
                    inputs=_unwrapped(inputs),
                    outputs={**_unwrapped(made.state), **({"id": made.id} if made.id else {})},
                    made_of={key: frozenset(of.urns) for key, of in request.propertyDependencies.items()},
                    dependencies=frozenset(request.dependencies),
                    provider=request.provider,
                    ignored_changes=tuple(request.ignoreChanges),
                    deleted_before_replaced=request.deleteBeforeReplace,
                    protected=request.protect,
                    retained=request.retainOnDelete,
                    aliases=tuple(map(str, request.aliases)),
                    timeouts=(request.customTimeouts.create, request.customTimeouts.update),
                    secrets=frozenset(key for key, value in inputs.items() if rpc.is_rpc_secret(value)),
                )
            )
        return response

    def RegisterResourceOutputs(self, request):  # noqa: N802
        said = rpc.deserialize_properties(request.outputs, keep_unknowns=True)
        self.graph.outputs[request.urn] = _unwrapped(said)
        return super().RegisterResourceOutputs(request)


def _unwrapped(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(rpc.unwrap_rpc_secret(value)) for key, value in properties.items()}


def _plain(value: Any) -> Any:
    """The wire knows only floating-point numbers; whole ones were integers. It hides no unknown value."""
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case Unknown():
            return UNKNOWN
        case _:
            return value
