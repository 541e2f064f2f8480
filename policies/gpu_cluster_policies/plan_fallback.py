"""Values that the engine does not know yet, taken from the plan of the same stack."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

from gpu_cluster.plan import Plan, Registered, plan_of
from gpu_cluster.plan.urn import name_of
from gpu_cluster.project import project_name
from gpu_cluster.stack.diagnostic import StackFileError
from gpu_cluster_policies.resources.property import UNKNOWN

_one_at_a_time = Lock()  # the engine asks about several resources at once, and a plan is one program


@dataclass(frozen=True)
class PlanFallback:
    """A property of a resource that is read from the plan only if the engine does not know its value.

    inputs = planned_inputs("urn:pulumi:prod::gpu-cluster::gpu-cluster:index:Platform$…", project)
    inputs.at("vpcConfig").at("subnetIds").value  # UNKNOWN where the plan does not know it, either
    """

    _look: Callable[[], Any]

    def at(self, key: Any) -> PlanFallback:
        return PlanFallback(lambda: _below(self._look(), key))

    @property
    def value(self) -> Any:
        value = self._look()
        return UNKNOWN if value is None else value


def planned_inputs(urn: str, project: Path | None) -> PlanFallback:
    """Inputs of a resource of the project."""
    return PlanFallback(lambda: planned.inputs if (planned := _planned(urn, project)) else None)


def planned_outputs(urn: str, project: Path | None) -> PlanFallback:
    """Outputs, such as `id` and `arn`; made up, but the same wherever they are used."""
    return PlanFallback(lambda: planned.outputs if (planned := _planned(urn, project)) else None)


def planned_resources(stack: str, project: Path) -> Sequence[Registered]:
    """Every resource of the plan of a stack of the project; none if it has no such stack."""
    with _one_at_a_time:
        return _every_resource(stack, project)


def _planned(urn: str, project: Path | None) -> Registered | None:
    stack, name, *_ = urn.removeprefix("urn:pulumi:").split("::")
    if project is None or name != project_name(project):
        return None
    with _one_at_a_time:
        return _resources(stack, project).get(name_of(urn))


@cache
def _resources(stack: str, project: Path) -> Mapping[str, Registered]:
    """The plan of the stack by kind and name."""
    return {name_of(registered.urn): registered for registered in _every_resource(stack, project)}


@cache
def _every_resource(stack: str, project: Path) -> Sequence[Registered]:
    """Plan of the stack; empty if the project has no file of its name.

    It runs in its own thread, since Pulumi keeps its state by thread.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        try:
            return thread.submit(_plan, stack, project).result().graph.resources
        except StackFileError:
            return ()


def _plan(stack: str, project: Path) -> Plan:
    asyncio.set_event_loop(asyncio.new_event_loop())
    return plan_of(project, stack)


def _below(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping):
        return cast(Mapping[Any, Any], value).get(key)
    if isinstance(value, Sequence) and not isinstance(value, str) and isinstance(key, int):
        elements = cast(Sequence[Any], value)
        return elements[key] if key < len(elements) else None
    return None
