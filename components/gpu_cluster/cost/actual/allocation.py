"""Allocation of node hours to the holders of their GPUs; the rest is shared cost."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from gpu_cluster.capacity import Pool, capacity_type, share_of_node
from gpu_cluster.capacity.metric_labels import label_name
from gpu_cluster.config.stack import Stack
from gpu_cluster.cost.actual.actual import HeldCost, NodeCost, PoolCost, SharedCost
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.line_item import PricingContext
from gpu_cluster.cost.measured_usage import Holder, MeasuredUsage, NodeKind
from gpu_cluster.cost.money import NOTHING, Range, total
from gpu_cluster.cost.node_price import node_price, server_price
from gpu_cluster.cost.unpriced import Missing


@dataclass
class Allocation:
    """Shares of each kind of node, and the causes for which they are incomplete."""

    stack: Stack
    pools_by_name: Mapping[str, Pool]
    pool_items: Mapping[str, Item]
    context: PricingContext
    usage: MeasuredUsage
    priced: bool
    held: list[HeldCost] = field(default_factory=list[HeldCost])
    shared: list[SharedCost] = field(default_factory=list[SharedCost])
    missing: list[Missing] = field(default_factory=list[Missing])
    uncertain: set[str] = field(default_factory=set[str])
    remarks: set[str] = field(default_factory=set[str])
    _prices: dict[NodeKind, Range] = field(default_factory=dict[NodeKind, Range])

    def share_out(self) -> None:
        parts: dict[tuple[str, Holder], list[HeldCost]] = defaultdict(list)
        shared: dict[tuple[str, str], list[SharedCost]] = defaultdict(list)
        for kind, hours in self.usage.nodes.items():
            for part in self._of_kind(kind, hours):
                if isinstance(part, HeldCost):
                    parts[part.pool, part.holder].append(part)
                else:
                    shared[part.pool, part.what].append(part)
        self.held = [_sum_held(each) for each in parts.values()]
        self.shared = [_sum_shared(each) for each in shared.values()]

    def _of_kind(self, kind: NodeKind, hours: Fraction) -> Iterator[HeldCost | SharedCost]:
        pool = self.pools_by_name.get(kind.pool)
        hourly = self.price(kind)
        units = self._units(kind, hours)
        gpus = Fraction(pool.gpus) if pool and pool.gpus else self._offered_gpus(kind, hours)
        if not gpus:
            yield SharedCost("nodes without GPUs", kind.pool, Fraction(0), hourly * hours)
            return
        wanted = {
            holder: sum((units[it] * count for it, count in held.items()), Fraction(0))
            for holder, held in self._held(kind).items()
        }
        held = sum(wanted.values(), Fraction(0))
        if held > hours:
            self.uncertain.add(
                f"pods held more GPUs of pool {kind.pool} than its nodes have by the stack file: its cost is "
                "shared out by what they held"
            )
        fit = min(Fraction(1), hours / held) if held else Fraction(1)
        for holder, share in wanted.items():
            yield self._held_cost(kind, holder, share * fit, gpus, hourly)
        held *= fit
        offered = sum(
            (units[it] * n for (of, it), n in self.usage.offered.items() if of == kind), Fraction(0)
        )
        offered = min(hours, max(held, offered))
        for what, share in (
            ("GPUs that no pod held", offered - held),
            ("GPUs that nodes did not offer", hours - offered),
        ):
            if share:
                yield SharedCost(what, kind.pool, share * gpus, hourly * share)

    def _held_cost(
        self, kind: NodeKind, holder: Holder, share: Fraction, gpus: Fraction, hourly: Range
    ) -> HeldCost:
        """Utilization is that of whole GPUs: DCGM knows one of the pods that share one."""
        pool = self.pools_by_name.get(kind.pool)
        hours = share * gpus
        whole = pool is None or pool.sharing is None
        used = min(hours, self.usage.used.get((kind, holder), Fraction(0))) if whole else Fraction(0)
        idle = min(hours - used, self.usage.idle.get((kind, holder), Fraction(0))) if whole else Fraction(0)
        return HeldCost(holder, kind.pool, hours, used, idle, hourly * share)

    def _held(self, kind: NodeKind) -> dict[Holder, dict[str, Fraction]]:
        found: dict[Holder, dict[str, Fraction]] = defaultdict(dict)
        for (of, resource, holder), hours in self.usage.held.items():
            if of == kind:
                found[holder][resource] = hours
        return found

    def _units(self, kind: NodeKind, hours: Fraction) -> dict[str, Fraction]:
        """The part of a node that one unit of each resource is: by the pool, or by what nodes offered."""
        resources = {it for of, it in self.usage.offered if of == kind}
        resources |= {it for of, it, _ in self.usage.held if of == kind}
        pool = self.pools_by_name.get(kind.pool)
        known = {label_name(it): share_of_node(pool, it, 1) for it in pool.gpu_resources} if pool else {}
        if not resources - known.keys():
            return known
        named = f"pool {kind.pool}" if kind.pool else "nodes of no pool"
        self.uncertain.add(
            f"{', '.join(sorted(resources - known.keys()))} of {named} is not in the stack file: each is "
            "counted as the same part of a node"
        )
        whole = sum((self.usage.offered.get((kind, it), Fraction(0)) for it in resources), Fraction(0))
        return dict.fromkeys(resources, hours / whole if whole else Fraction(0))

    def _offered_gpus(self, kind: NodeKind, hours: Fraction) -> Fraction:
        return sum((n for (of, _), n in self.usage.offered.items() if of == kind), Fraction(0)) / hours

    def price(self, kind: NodeKind) -> Range:
        """US dollars an hour of one node; 0 and a cause in `missing` without a price."""
        if not self.priced:
            return NOTHING
        known = self._known(kind)
        if known not in self._prices:
            self._prices[known], missing = node_price(known, self.pool_items, self.context)
            self.missing += missing
        return self._prices[known]

    def _known(self, kind: NodeKind) -> NodeKind:
        """The kind of a node with its gaps filled from the stack file."""
        pool, settings = self.pools_by_name.get(kind.pool), self.stack.pools.get(kind.pool)
        if kind.instance and kind.market:
            return kind
        if not pool or not settings:
            return kind._replace(instance=kind.instance or "nodes of unknown type", market="ON_DEMAND")
        self.remarks.add(
            f"nodes of pool {kind.pool} have no label of their type or purchase option: taken from the stack"
            " file"
        )
        market = kind.market or capacity_type(settings.capacity)
        return kind._replace(instance=kind.instance or pool.machine, market=market)

    def pools(self, planned: Mapping[str, Range]) -> Iterator[PoolCost]:
        """Pools of the stack, in its order, then other pools that ran."""
        kinds: dict[str, list[NodeCost]] = {name: [] for name in self.stack.pools}
        for kind, hours in self.usage.nodes.items():
            kinds.setdefault(kind.pool, []).append(NodeCost(kind, hours, self.price(kind) * hours))
        for name, ran in kinds.items():
            reserved = self._not_run(name, sum((it.hours for it in ran), Fraction(0)))
            yield PoolCost(name, tuple(ran), reserved, planned.get(name, NOTHING))

    def _not_run(self, name: str, ran: Fraction) -> NodeCost | None:
        settings = self.stack.pools.get(name)
        reserved = settings.capacity.reserved if settings else None
        if settings is None or reserved is None:
            return None
        block = settings.capacity.capacity_block
        paid = self.usage.covered_until(block.end if block else self.usage.end) * reserved.count
        if paid <= ran:
            return None
        market = capacity_type(settings.capacity) if block else "RESERVED"
        kind = NodeKind(name, self.pools_by_name[name].machine, market)
        price, missing = server_price(kind, self.context) if self.priced else (NOTHING, ())
        self.missing += missing
        self.remarks.add(f"servers of pool {name} count as reserved from the start of the period")
        return NodeCost(kind, paid - ran, price * (paid - ran))


def _sum_held(parts: list[HeldCost]) -> HeldCost:
    first, *more = parts
    for part in more:
        first = HeldCost(
            first.holder,
            first.pool,
            first.gpu_hours + part.gpu_hours,
            first.used + part.used,
            first.idle + part.idle,
            first.cost + part.cost,
        )
    return first


def _sum_shared(parts: list[SharedCost]) -> SharedCost:
    first = parts[0]
    hours = sum((it.gpu_hours for it in parts), Fraction(0))
    return SharedCost(first.what, first.pool, hours, total([it.cost for it in parts]))
