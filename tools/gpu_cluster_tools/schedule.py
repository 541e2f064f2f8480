"""Estimated time of a stack on AWS: typical durations, in the order in which the engine works."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from typing import Any, Self

from gpu_cluster.capacity import load_time, mirror_jobs, pools_of, weights_pull_minutes
from gpu_cluster.catalog import LARGE_IMAGE_MINUTES, WEIGHTS_BYTES_PER_MINUTE, duration_of
from gpu_cluster.config.model import GROUP_SUFFIX
from gpu_cluster.config.stack import Stack
from gpu_cluster.plan.graph import Registered
from gpu_cluster.plan.plan import Plan
from gpu_cluster.plan.urn import name_of, type_of
from gpu_cluster_tools.toolchain import AT_ONCE

_WORTH_A_LINE = 0.1  # minutes
_SERVERS = {
    "kubernetes:apps/v1:Deployment": "",
    "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet": GROUP_SUFFIX,
}
"""Types that load a model, and what they add to its name."""

_JOB = "kubernetes:batch/v1:Job"

_IN_THE_STATE_ALONE = ("pulumi:", "gpu-cluster:")


class UnknownDurationsError(Exception):
    """Durations of some types are not known."""

    def __init__(self, types: Iterable[str]) -> None:
        self.types = sorted(types)
        super().__init__(", ".join(self.types))


@dataclass(frozen=True, slots=True)
class TimedResource:
    """Facts about a resource that its time depends on."""

    urn: str
    needs: frozenset[str]
    """URNs."""

    object: str
    """Kubernetes name; empty for a resource outside of a cluster."""

    @classmethod
    def planned(cls, resource: Registered) -> Self:
        return cls(
            resource.urn,
            _needs(resource.dependencies, resource.parent, resource.provider),
            _object_name(resource.inputs),
        )

    @classmethod
    def made(cls, resource: Mapping[str, Any]) -> Self:
        """From the engine's state."""
        needs = _needs(
            resource.get("dependencies", ()), resource.get("parent", ""), resource.get("provider", "")
        )
        return cls(resource["urn"], needs, _object_name(resource.get("inputs", {})))


@dataclass(frozen=True, slots=True)
class Task:
    """A task with a duration, which starts after its dependencies."""

    name: str
    minutes: float
    needs: frozenset[str] = frozenset()
    """Names of other tasks."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Tasks in time."""

    path: tuple[tuple[str, float], ...]
    """The longest chain of tasks that need each other: names and minutes, those of no time left out."""

    makespan: float
    """Minutes until the last task is done, with so many at once as the engine works on."""

    @property
    def chain(self) -> float:
        """Minutes of the longest chain, which nothing can be faster than."""
        return sum(minutes for _, minutes in self.path)

    @property
    def ratio(self) -> float:
        """Makespan divided by the longest chain: 1 if nothing waits except for dependencies."""
        return self.makespan / self.chain if self.chain else 1.0


def creation_schedule(resources: Iterable[TimedResource], loads: Mapping[str, float]) -> Schedule:
    """The creation of all resources of a stack. `loads`: minutes to load a model, or to mirror one, by the
    name of the model or Job.

    `UnknownDurationsError` where the catalog does not know a type.
    """
    found = list(resources)
    _require_known(found)
    return schedule(Task(each.urn, _creation(each, loads), each.needs) for each in found)


def deletion_schedule(resources: Iterable[TimedResource]) -> Schedule:
    """Deletion of all resources of a stack in waves: the engine waits for a whole wave.

    A wave has the resources on which no remaining resource depends.
    """
    found = list(resources)
    _require_known(found)
    tasks: list[Task] = []
    for wave in _waves(found):
        before = frozenset(task.name for task in tasks)
        tasks += [Task(urn, _deletion(urn), before) for urn in wave]
    return schedule(tasks)


def ready(plan: Plan) -> Schedule:
    """Times at which the resources of a plan are ready. `UnknownDurationsError` as for `coming_up`."""
    served = plan.team.served if plan.team else plan.stack
    return creation_schedule(map(TimedResource.planned, plan.graph.resources), load_times(served))


def load_times(stack: Stack) -> dict[str, float]:
    """Minutes from a replica's start to its first answer, for each model whose size is known, and of the Jobs
    that mirror models.

    Includes the image pull if an image has the weights. The hub is taken to send as fast as a disk writes.
    """
    pools = pools_of(stack)
    times = {
        name: (load_time(model, stack.storage, pools.get(model.pool)), model)
        for name, model in stack.serving.models.items()
    }
    loads = {
        str(name): minutes + weights_pull_minutes(model, pools.get(model.pool))
        for name, (minutes, model) in times.items()
        if minutes is not None
    }
    mirrored = mirror_jobs(stack.serving.models).items()
    return loads | {job: it.size / WEIGHTS_BYTES_PER_MINUTE for job, it in mirrored if it.size is not None}


def schedule(tasks: Iterable[Task], at_once: int = AT_ONCE) -> Schedule:
    """End times of tasks that start in their order as soon as possible, with a maximum number in parallel."""
    known = {task.name: task for task in tasks}
    needs = {name: task.needs & known.keys() for name, task in known.items()}
    path = tuple((name, known[name].minutes) for name in _longest_chain(known, needs) if known[name].minutes)
    return Schedule(path, _makespan(known, needs, at_once))


def _longest_chain(tasks: Mapping[str, Task], needs: Mapping[str, Iterable[str]]) -> list[str]:
    done: dict[str, float] = {}
    before: dict[str, str | None] = {}
    for name in TopologicalSorter(needs).static_order():
        last = max(sorted(needs[name]), key=done.__getitem__, default=None)
        before[name] = last
        done[name] = tasks[name].minutes + (done[last] if last else 0)
    chain: list[str] = []
    name = max(done, key=done.__getitem__, default=None)
    while name:
        chain.insert(0, name)
        name = before[name]
    return chain


def _makespan(tasks: Mapping[str, Task], needs: Mapping[str, Iterable[str]], at_once: int) -> float:
    order = {name: number for number, name in enumerate(tasks)}
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    waiting: list[tuple[float, int, str]] = []
    running: list[tuple[float, str]] = []
    now = 0.0
    while sorter.is_active():
        while ready := sorter.get_ready():  # what takes no time makes others ready at once
            for name in ready:
                if tasks[name].minutes:
                    heappush(waiting, (now, order[name], name))
                else:
                    sorter.done(name)
        while waiting and len(running) < at_once:
            *_, name = heappop(waiting)
            heappush(running, (now + tasks[name].minutes, name))
        if running:
            now, name = heappop(running)
            sorter.done(name)
    return now


def _creation(resource: TimedResource, loads: Mapping[str, float]) -> float:
    type = type_of(resource.urn)
    if _is_nowhere(type):
        return 0
    if type == _JOB:
        return duration_of(type).create + loads.get(resource.object, 0)
    suffix = _SERVERS.get(type)
    loading = None if suffix is None else loads.get(resource.object.removesuffix(suffix))
    return duration_of(type).create if loading is None else LARGE_IMAGE_MINUTES + loading


def _deletion(urn: str) -> float:
    type = type_of(urn)
    return 0 if _is_nowhere(type) else duration_of(type).delete


def _waves(resources: Iterable[TimedResource]) -> Iterator[list[str]]:
    needed_by: dict[str, set[str]] = {each.urn: set() for each in resources}
    for each in resources:
        for urn in each.needs & needed_by.keys():
            needed_by[urn].add(each.urn)
    sorter = TopologicalSorter(needed_by)
    sorter.prepare()
    while sorter.is_active():
        wave = sorted(sorter.get_ready())
        yield wave
        sorter.done(*wave)


def _object_name(inputs: Mapping[str, Any]) -> str:
    metadata: Mapping[str, Any] = inputs.get("metadata") or {}
    return metadata.get("name", "")


def _needs(dependencies: Iterable[str], parent: str, provider: str) -> frozenset[str]:
    return frozenset(filter(None, [*dependencies, parent, provider.rpartition("::")[0]]))


def _require_known(resources: Iterable[TimedResource]) -> None:
    types = {type_of(resource.urn) for resource in resources}
    if unknown := {type for type in types if not (_is_nowhere(type) or _is_known(type))}:
        raise UnknownDurationsError(unknown)


def _is_known(type: str) -> bool:
    try:
        return bool(duration_of(type))
    except KeyError:
        return False


def _is_nowhere(type: str) -> bool:
    """Whether the resource exists only in the state: components and providers."""
    return type.startswith(_IN_THE_STATE_ALONE)


def described(schedule: Schedule) -> list[str]:
    """The longest chain, a line for each resource but those of seconds, with the minute of its end."""
    lines: list[str] = []
    done = 0.0
    for urn, minutes in schedule.path:
        done += minutes
        if minutes >= _WORTH_A_LINE:
            lines.append(f"{done:.1f} min  {name_of(urn)} ({minutes:.1f})")
    return lines
