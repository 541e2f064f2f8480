"""Usage of a platform over a period, as its metrics have it: node hours and GPU hours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

_HOUR = timedelta(hours=1)


class NodeKind(NamedTuple):
    """Nodes that cost the same; a field is empty where no label of the node says it."""

    pool: str
    instance: str
    market: str
    """ON_DEMAND, SPOT, RESERVED or CAPACITY_BLOCK."""


class Holder(NamedTuple):
    """Pods that hold GPUs. `workload`: model or service of the platform; empty for any other pod."""

    namespace: str
    workload: str


class Gap(NamedTuple):
    """Time without samples of the cluster's nodes."""

    start: datetime
    end: datetime


def _none() -> dict[tuple[NodeKind, Holder], Fraction]:
    return {}


@dataclass(frozen=True)
class MeasuredUsage:
    """Hours between `start` and `end`, without those of the gaps."""

    start: datetime
    end: datetime
    nodes: Mapping[NodeKind, Fraction]
    """Node hours."""

    offered: Mapping[tuple[NodeKind, str], Fraction]
    """Hours of GPUs or parts of them that nodes offered, by resource as kube-state-metrics names it."""

    held: Mapping[tuple[NodeKind, str, Holder], Fraction]
    """Hours that pods held them."""

    used: Mapping[tuple[NodeKind, Holder], Fraction] = field(default_factory=_none)
    """Hours of whole GPUs that pods held, and on which something ran in the last quarter of an hour."""

    idle: Mapping[tuple[NodeKind, Holder], Fraction] = field(default_factory=_none)
    """The same, on which nothing ran."""

    gaps: tuple[Gap, ...] = ()

    @property
    def hours(self) -> Fraction:
        return _hours(self.start, self.end)

    @property
    def covered_hours(self) -> Fraction:
        return self.covered_until(self.end)

    @property
    def coverage(self) -> Fraction:
        """Part of the period with samples."""
        return self.covered_hours / self.hours

    def covered_until(self, moment: datetime) -> Fraction:
        """Hours with samples before a moment."""
        missing = (_hours(gap.start, min(gap.end, moment)) for gap in self.gaps if gap.start < moment)
        return max(Fraction(0), _hours(self.start, min(self.end, moment)) - sum(missing, Fraction(0)))


def _hours(start: datetime, end: datetime) -> Fraction:
    return Fraction((end - start) // timedelta(seconds=1), _HOUR // timedelta(seconds=1))
