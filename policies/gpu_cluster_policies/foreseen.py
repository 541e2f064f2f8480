"""What the engine does not know yet, as the plan of the same stack has it."""

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
from gpu_cluster.stack.diagnostic import StackFileError
from gpu_cluster_policies.field import UNKNOWN

_FOLDER = Path(__file__).parents[2]
_PROJECT = "gpu-cluster"
_one_at_a_time = Lock()  # the engine asks about several resources at once, and a plan is one program


@dataclass(frozen=True)
class Foreseen:
    """A place of a resource that is looked at only where the engine does not know what it holds.

    inputs = foreseen_inputs("urn:pulumi:prod::gpu-cluster::gpu-cluster:index:Platform$…")
    inputs.at("vpcConfig").at("subnetIds").value  # UNKNOWN where the plan does not know it, either
    """

    _look: Callable[[], Any]

    def at(self, key: Any) -> Foreseen:
        return Foreseen(lambda: _below(self._look(), key))

    @property
    def value(self) -> Any:
        value = self._look()
        return UNKNOWN if value is None else value


def foreseen_inputs(urn: str) -> Foreseen:
    """What the program asks for."""
    return Foreseen(lambda: planned.inputs if (planned := _planned(urn)) else None)


def foreseen_outputs(urn: str) -> Foreseen:
    """What comes out, such as `id` and `arn`; made up, but the same wherever it is used."""
    return Foreseen(lambda: planned.outputs if (planned := _planned(urn)) else None)


def planned_resources(stack: str) -> Sequence[Registered]:
    """Every resource of the plan of a stack of this project; none where it has no such stack."""
    with _one_at_a_time:
        return _every_resource(stack)


def _planned(urn: str) -> Registered | None:
    stack, project, *_ = urn.removeprefix("urn:pulumi:").split("::")
    if project != _PROJECT:
        return None
    with _one_at_a_time:
        return _resources(stack).get(name_of(urn))


@cache
def _resources(stack: str) -> Mapping[str, Registered]:
    """The plan of the stack by kind and name."""
    return {name_of(registered.urn): registered for registered in _every_resource(stack)}


@cache
def _every_resource(stack: str) -> Sequence[Registered]:
    """The plan of the stack; empty where the project has no file of its name.

    In a thread of its own, as Pulumi keeps what it is running by thread.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        try:
            return thread.submit(_plan, stack).result().graph.resources
        except StackFileError:
            return ()


def _plan(stack: str) -> Plan:
    asyncio.set_event_loop(asyncio.new_event_loop())
    return plan_of(_FOLDER, stack)


def _below(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping):
        return cast(Mapping[Any, Any], value).get(key)
    if isinstance(value, Sequence) and not isinstance(value, str) and isinstance(key, int):
        elements = cast(Sequence[Any], value)
        return elements[key] if key < len(elements) else None
    return None
