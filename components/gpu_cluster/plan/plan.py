"""Plan of a stack."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.plan.gc_paused import gc_paused
from gpu_cluster.plan.graph import Environments, Graph, Registered
from gpu_cluster.plan.manifest_conflicts import conflicts_of
from gpu_cluster.plan.sdk_parts import sdks_by_parts
from gpu_cluster.stack import StackFileError, load_any
from gpu_cluster.unknown import UNKNOWN


@dataclass(frozen=True)
class Plan:
    """Every resource of a stack with its inputs, as the engine would create them.

    plan = plan_of(Path(), "prod")
    plan.graph.of("NodeGroup")
    """

    name: str
    """Name of the stack: `prod` for stacks/Pulumi.prod.yaml."""

    stack: Stack
    """Settings of the stack; for a team's stack those of its environment."""

    graph: Graph
    outputs: dict[str, Any]
    """Exports of the stack."""

    team: TeamStack | None = None
    """The settings of a team's stack."""

    @classmethod
    def of(cls, name: str, stack: Stack | TeamStack, graph: Graph, outputs: dict[str, Any]) -> "Plan":
        """Create the plan of a platform's or a team's stack."""
        if isinstance(stack, TeamStack):
            return cls(name, stack.environment, graph, outputs, team=stack)
        return cls(name, stack, graph, outputs)

    def unknown(self) -> Iterator[tuple[Registered, str]]:
        """Inputs that cannot be known before they exist: resources and paths; none in a complete plan."""
        for resource in self.graph.resources:
            for path in _unknown(resource.inputs, ""):
                yield resource, path


def plan_of(project: Path, name: str, environments: Environments | None = None) -> Plan:
    """The plan of a stack of a project, without network, credentials or cluster.

    `environments`: kept from one plan to the next, it spares the teams of one environment to plan that again.
    `StackFileError` with everything that is wrong with its file.
    """
    return planned(load_any(project / "stacks" / f"Pulumi.{name}.yaml"), name, environments)


def planned(stack: Stack | TeamStack, name: str, environments: Environments | None = None) -> Plan:
    """Plan of these settings, as if read from a file.

    `StackFileError` if a manifest has an object that the platform also creates.
    """
    known = {} if environments is None else environments
    with gc_paused(), sdks_by_parts():
        from gpu_cluster.plan.program import run  # loads the SDKs: half a second, only for plans

        plan = Plan.of(name, stack, *run(stack, name, known))
    if isinstance(stack, Stack) and (conflicts := tuple(conflicts_of(stack, plan.graph))):
        raise StackFileError(conflicts)
    return plan


def _unknown(value: Any, path: str) -> Iterator[str]:
    if value is UNKNOWN:
        yield path
    elif isinstance(value, dict):
        for key, part in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _unknown(part, f"{path}.{key}" if path else str(key))  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        for index, part in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            yield from _unknown(part, f"{path}[{index}]")
