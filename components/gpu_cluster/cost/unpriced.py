"""Resources without a price, and the causes that a total is incomplete for."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A part of one resource that has no price which can be relied on."""

    cause: str
    """Text such as `no price for KMS keys in eu-central-1`; one text a missing price."""

    resource: str
    pool: str | None = None
    """Node pool that it is a part of."""

    by_usage: bool = False
    """Whether only an assumed usage has no price, such as scans of an image."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Reason for a missing price, with its resources."""

    cause: str
    resources: tuple[str, ...]
    pools: frozenset[str] = frozenset()
    """Node pools that these resources are a part of."""

    by_usage: bool = False
    """Whether only an assumed usage of them has no price."""

    def __str__(self) -> str:
        first, *more = self.resources
        return f"{self.cause} ({len(self.resources)} resources)" if more else f"{self.cause} ({first})"


def by_cause(unpriced: Iterable[Unpriced]) -> tuple[Missing, ...]:
    """Entries by reason, sorted; each resource counts once."""
    causes: dict[str, list[Unpriced]] = {}
    for each in unpriced:
        causes.setdefault(each.cause, []).append(each)
    return tuple(_missing(cause, causes[cause]) for cause in sorted(causes))


def _missing(cause: str, unpriced: list[Unpriced]) -> Missing:
    resources = tuple(sorted({each.resource for each in unpriced}))
    pools = frozenset(each.pool for each in unpriced if each.pool)
    return Missing(cause, resources, pools, all(each.by_usage for each in unpriced))
