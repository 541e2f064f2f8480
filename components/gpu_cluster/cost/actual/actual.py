"""Cost of a period by usage: nodes that ran, allocated to the workloads that held their GPUs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from gpu_cluster.cost.measured_usage import Holder, MeasuredUsage, NodeKind
from gpu_cluster.cost.money import Range, total
from gpu_cluster.cost.unpriced import Missing

COVERED = Fraction(99, 100)
"""Part of a period that has to be measured; of utilization too."""


class NodeCost(NamedTuple):
    kind: NodeKind
    hours: Fraction
    """Node hours."""

    cost: Range


@dataclass(frozen=True, slots=True)
class PoolCost:
    """The nodes of a pool that ran, and its reserved servers that did not."""

    pool: str
    """Empty for nodes of no pool."""

    kinds: tuple[NodeCost, ...]
    reserved: NodeCost | None
    """Servers that are paid for and did not run."""

    planned: Range

    @property
    def hours(self) -> Fraction:
        return sum((it.hours for it in self.kinds), Fraction(0))

    @property
    def cost(self) -> Range:
        return total([it.cost for it in (*self.kinds, *filter(None, [self.reserved]))])


@dataclass(frozen=True, slots=True)
class HeldCost:
    """GPUs of one pool that the pods of one holder held."""

    holder: Holder
    pool: str
    gpu_hours: Fraction
    """Hours of whole GPUs; a share of one is its part."""

    used: Fraction
    idle: Fraction
    cost: Range

    @property
    def unmeasured(self) -> Fraction:
        """GPU hours without utilization samples."""
        return self.gpu_hours - self.used - self.idle

    @property
    def idle_cost(self) -> Range:
        return self.cost * (self.idle / self.gpu_hours if self.gpu_hours else Fraction(0))


@dataclass(frozen=True, slots=True)
class SharedCost:
    """Cost that is not allocated to any holder of GPUs."""

    what: str
    pool: str
    gpu_hours: Fraction
    cost: Range
    planned: Range | None = None


@dataclass(frozen=True)
class ActualCost:
    """Actual cost of a period: the costs of holders and shared costs add up to nodes and control plane."""

    stack: str
    region: str | None
    """None without nodes in AWS: hours are known, prices are not."""

    day: date
    """Date of the prices."""

    usage: MeasuredUsage
    pools: tuple[PoolCost, ...]
    control_plane: Range
    held: tuple[HeldCost, ...]
    shared: tuple[SharedCost, ...]
    planned_teams: Mapping[str, Range]
    """Share of the planned pools in each team's quota, by namespace."""

    planned_workloads: Mapping[tuple[Holder, str], Range]
    """Models and services by pool, with their fewest and their most replicas."""

    teams: Mapping[str, str]
    """Teams by namespace."""

    missing: tuple[Missing, ...] = ()
    uncertain: tuple[str, ...] = ()
    """Other causes for which the cost or its parts are incomplete."""

    remarks: tuple[str, ...] = ()
    """Assumptions that were made for lack of a label."""

    @property
    def complete(self) -> bool:
        return not (self.missing or self.uncertain)

    @property
    def at_least(self) -> bool:
        """Whether the total lacks a price or hours, and not utilization alone."""
        return bool(self.missing) or self.usage.coverage < COVERED

    @property
    def total(self) -> Range:
        return total([*(it.cost for it in self.pools), self.control_plane])

    @property
    def planned(self) -> Range:
        """Planned cost of the measured hours."""
        return total([*(it.planned for it in self.pools), self.control_plane])

    @property
    def shared_out(self) -> Range:
        """Sum of the parts; equal to the total."""
        return total([*(it.cost for it in self.held), *(it.cost for it in self.shared)])

    def namespaces(self) -> list["NamespaceCost"]:
        """Sums of holders by namespace, the dearest first."""
        found: dict[str, list[HeldCost]] = {}
        for each in sorted(self.held, key=lambda it: (-it.cost.most, -it.gpu_hours, it.holder)):
            found.setdefault(each.holder.namespace, []).append(each)
        for namespace in self.planned_teams:
            found.setdefault(namespace, [])
        made = [
            NamespaceCost(name, self.teams.get(name), tuple(held), self._planned_of(name))
            for name, held in found.items()
        ]
        return sorted(made, key=lambda it: (-it.cost.most, -it.gpu_hours, it.namespace))

    def _planned_of(self, namespace: str) -> Range | None:
        if namespace in self.planned_teams:
            return self.planned_teams[namespace]
        models = [cost for (it, _), cost in self.planned_workloads.items() if it.namespace == namespace]
        return total(models) if models else None


@dataclass(frozen=True, slots=True)
class NamespaceCost:
    """The pods of one namespace."""

    namespace: str
    team: str | None
    held: tuple[HeldCost, ...]
    planned: Range | None
    """The quota of a team, and the models of the platform; None for other namespaces."""

    @property
    def gpu_hours(self) -> Fraction:
        return sum((it.gpu_hours for it in self.held), Fraction(0))

    @property
    def used(self) -> Fraction:
        return sum((it.used for it in self.held), Fraction(0))

    @property
    def idle(self) -> Fraction:
        return sum((it.idle for it in self.held), Fraction(0))

    @property
    def unmeasured(self) -> Fraction:
        return self.gpu_hours - self.used - self.idle

    @property
    def cost(self) -> Range:
        return total([it.cost for it in self.held])

    @property
    def idle_cost(self) -> Range:
        return total([it.idle_cost for it in self.held])


def beyond(cost: Range, planned: Range) -> Range:
    """Amount above the planned maximum or below the planned minimum; 0 between them."""
    return Range(_beyond(cost.least, planned), _beyond(cost.most, planned))


def _beyond(amount: Fraction, planned: Range) -> Fraction:
    return amount - min(max(amount, planned.least), planned.most)
