"""A stack as it would be."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from components.config.eks import EksSettings
from components.config.stack import Stack
from components.places import place_of
from components.platform import Platform
from components.stackfile import load
from components.unknown import UNKNOWN
from plan.cloud import Cloud
from plan.graph import Graph, Registered
from plan.recorder import recorded

_NOWHERE = "000000000000"  # account of what is not on AWS


@dataclass(frozen=True)
class Plan:
    """Every resource of a stack with its inputs, as the engine would create them.

    plan = plan_of(Path(), "prod")
    plan.graph.of("NodeGroup")
    """

    name: str
    """Of the stack: `prod` for stacks/Pulumi.prod.yaml."""

    stack: Stack
    graph: Graph
    outputs: dict[str, Any]
    """What the stack exports."""

    def unknown(self) -> Iterator[tuple[Registered, str]]:
        """Inputs that nobody can know before they are there: resources and paths; none in a complete plan."""
        for resource in self.graph.resources:
            for path in _unknown(resource.inputs, ""):
                yield resource, path


def plan_of(project: Path, name: str) -> Plan:
    """The plan of a stack of a project, without network, credentials or cluster.

    `StackFileError` with everything that is wrong with its file.
    """
    return planned(load(project / "stacks" / f"Pulumi.{name}.yaml"), name)


def planned(stack: Stack, name: str) -> Plan:
    """The plan of these settings, as if a file said them."""
    token = pulumi.Output.secret("hub-token") if stack.serving.hub_token else None
    place = place_of(stack, Path(), kubeconfig=lambda _settings, _project: "kubeconfig")
    made: list[Platform] = []
    graph = recorded(
        lambda: made.append(Platform("platform", stack, place=place, hub_token=token)),
        _cloud_of(stack),
        stack=name,
        preview=True,  # else what nobody knows would pass for empty
    )
    return Plan(name, stack, graph, graph.outputs[graph.only("Platform").urn])


def _cloud_of(stack: Stack) -> Cloud:
    account = stack.cluster.account if isinstance(stack.cluster, EksSettings) else _NOWHERE
    return Cloud(account, stack.region or "", {})


def _unknown(value: Any, path: str) -> Iterator[str]:
    if value is UNKNOWN:
        yield path
    elif isinstance(value, dict):
        for key, part in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _unknown(part, f"{path}.{key}" if path else str(key))  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        for index, part in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            yield from _unknown(part, f"{path}[{index}]")
