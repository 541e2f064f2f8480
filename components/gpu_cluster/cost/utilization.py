"""Utilization of a pool's nodes by requests: idle capacity and packing waste."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gpu_cluster.capacity import Pool, Request, free_capacity, nodes_for, share_of_node
from gpu_cluster.config.quantity import amount
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.by_resource.storage import replicas
from gpu_cluster.cost.line_item import PricingContext
from gpu_cluster.cost.money import NOTHING, Range

_GROUPS = "LeaderWorkerSet"
_WORKLOADS = ("Deployment", "StatefulSet", "Job", _GROUPS)


@dataclass(frozen=True, slots=True)
class Utilization:
    """Utilization of a GPU pool, at minimum and at maximum nodes and replicas."""

    pool: str
    nodes: Range
    """At least the nodes for the minimum number of replicas: the autoscaler starts them."""

    needed: Range
    """Nodes that hold the replicas when they are packed as a scheduler packs them."""

    gpus: Range
    """GPUs that replicas request, as that many nodes."""

    cpu: Range
    """Share of idle CPU, likewise."""

    memory: Range
    """Share of idle memory, likewise."""

    @property
    def idle(self) -> tuple[Fraction, Fraction]:
        """Share of GPUs without requests, at minimum and maximum nodes; 0 without nodes."""
        return _left(self.nodes, self.gpus)

    @property
    def cpu_idle(self) -> tuple[Fraction, Fraction]:
        """The part of the CPU that no replica asks for."""
        return _left(self.nodes, self.cpu)

    @property
    def memory_idle(self) -> tuple[Fraction, Fraction]:
        """The part of the memory that no replica asks for."""
        return _left(self.nodes, self.memory)

    usable: Range = NOTHING
    """GPUs of the needed nodes into which more of the smallest replicas fit, as that many nodes."""

    @property
    def wasted(self) -> tuple[Fraction, Fraction]:
        """The part of the GPUs on the nodes that are needed into which no replica fits any more.

        What is merely unused is idle, not wasted.
        """
        return _left(self.needed, self.gpus + self.usable)


def use_of(
    pools: Mapping[str, Pool], items: Iterable[Item], context: PricingContext
) -> tuple[Utilization, ...]:
    """Utilization of all GPU pools, in their order."""
    placed: dict[str, list[tuple[Item, Range]]] = {}
    for pool, item in _placed(pools, items):
        placed.setdefault(pool.name, []).append((item, _pods(item, context)))
    return tuple(_use(pool, placed.get(name, [])) for name, pool in pools.items() if pool.gpu_resources)


def node_shares(
    pools: Mapping[str, Pool], items: Iterable[Item], context: PricingContext
) -> Iterator[tuple[Item, Pool, Range]]:
    """Workloads with GPUs, their pool, and the GPUs of all their replicas as so many of its nodes."""
    for pool, item in _placed(pools, items):
        if request := _request(pool, item):
            yield item, pool, _pods(item, context) * share_of_node(pool, request.resource, request.count)


def _placed(pools: Mapping[str, Pool], items: Iterable[Item]) -> Iterator[tuple[Pool, Item]]:
    by_selector = {frozenset(pool.selector.items()): pool for pool in pools.values()}
    for item in items:
        pool = by_selector.get(_selector(item)) if item.kind in _WORKLOADS else None
        if pool:
            yield pool, item


def _pods(item: Item, context: PricingContext) -> Range:
    """Pods of a workload: as many in each replica of a LeaderWorkerSet as a group has."""
    size = item.inputs["spec"]["leaderWorkerTemplate"].get("size", 1) if item.kind == _GROUPS else 1
    return replicas(item, context) * Fraction(size)


def _use(pool: Pool, placed: list[tuple[Item, Range]]) -> Utilization:
    wanted = [(request, count) for item, count in placed if (request := _request(pool, item))]
    free = free_capacity(pool)
    gpus = cpu = memory = NOTHING
    for request, count in wanted:
        gpus += count * share_of_node(pool, request.resource, request.count)
        cpu += count * Fraction(request.cpu_millis, free.cpu_millis)
        memory += count * Fraction(request.memory_bytes, free.memory_bytes)
    needed, most = _needed(pool, wanted), Fraction(pool.nodes.max)
    nodes = Range(min(most, max(Fraction(pool.nodes.min), needed.least)), most)
    return Utilization(pool.name, nodes, needed, gpus, cpu, memory, _usable(pool, wanted, needed))


def _usable(pool: Pool, wanted: list[tuple[Request, Range]], needed: Range) -> Range:
    if not wanted:
        return NOTHING
    smallest = min(
        (request for request, _ in wanted), key=lambda it: share_of_node(pool, it.resource, it.count)
    )
    share = share_of_node(pool, smallest.resource, smallest.count)
    least = _further(pool, [(it, int(count.least)) for it, count in wanted], smallest, needed.least)
    most = _further(pool, [(it, int(count.most)) for it, count in wanted], smallest, needed.most)
    return Range(least * share, most * share)


def _further(pool: Pool, wanted: list[tuple[Request, int]], smallest: Request, nodes: Fraction) -> int:
    """Number of further smallest requests that fit the required nodes."""
    count = 0
    while nodes and (packed := nodes_for(pool, [*wanted, (smallest, count + 1)])) and packed <= nodes:
        count += 1
    return count


def _needed(pool: Pool, wanted: list[tuple[Request, Range]]) -> Range:
    least = nodes_for(pool, [(request, int(count.least)) for request, count in wanted])
    most = nodes_for(pool, [(request, int(count.most)) for request, count in wanted])
    return Range.of(least or 0, most or 0)


def _request(pool: Pool, item: Item) -> Request | None:
    """Requests of one pod, all its containers together; None if its GPU is none of the pool's."""
    asked: dict[str, Fraction] = {}
    for container in _pod(item).get("containers", []):
        for resource, quantity in container.get("resources", {}).get("requests", {}).items():
            asked[resource] = asked.get(resource, Fraction(0)) + Fraction(amount(str(quantity)))
    gpu = next((resource for resource in pool.gpu_resources if resource in asked), None)
    if gpu is None:
        return None
    cpu, memory = asked.get("cpu", Fraction(0)), asked.get("memory", Fraction(0))
    return Request(max(1, int(cpu * 1000)), max(1, int(memory)), gpu, int(asked[gpu]))


def _selector(item: Item) -> frozenset[tuple[str, str]]:
    """The labels of the nodes that its pods go to."""
    return frozenset(_pod(item).get("nodeSelector", {}).items())


def _pod(item: Item) -> Mapping[str, Any]:
    """The template of a LeaderWorkerSet is that of its workers: its leader asks for the same."""
    if item.kind == _GROUPS:
        return item.inputs["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]
    return item.inputs["spec"]["template"]["spec"]


def _left(of: Range, asked: Range) -> tuple[Fraction, Fraction]:
    least, most = (
        max(Fraction(0), 1 - part / whole) if whole else Fraction(0)
        for whole, part in ((of.least, asked.least), (of.most, asked.most))
    )
    return least, most
