"""Cost difference between two revisions of a stack, by line item."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from gpu_cluster.cost.cost import Cost, line_part
from gpu_cluster.cost.line_item import LineItem
from gpu_cluster.cost.money import NOTHING, Range
from gpu_cluster.cost.unpriced import Missing


class _Moved:
    """A line before and after, in US dollars a month."""

    __slots__ = ()
    before: Range
    after: Range

    @property
    def difference(self) -> Range:
        return self.after - self.before

    @property
    def percent(self) -> Fraction | None:
        """Growth of the maximum in percent; None if it was 0 before."""
        before, after = self.before.most, self.after.most
        return (after - before) / before * 100 if before else None


@dataclass(frozen=True, slots=True)
class Change(_Moved):
    what: str
    resource: str
    part: str
    """The part of the stack, such as `pool l4`."""

    before: Range
    """US dollars per month; zero for a new resource."""

    after: Range
    """US dollars per month; 0 for removed items."""


@dataclass(frozen=True, slots=True)
class CostDiff(_Moved):
    before: Range
    """US dollars in a month."""

    after: Range
    changes: tuple[Change, ...]
    """Lines that cost more or less, in the order of the new lines, then removed lines."""

    missing: tuple[Missing, ...] = ()
    """Missing prices before or after, which the difference leaves out."""


def diff(before: Cost, after: Cost) -> CostDiff:
    """Difference of two costs. Line items match by resource and service."""
    old, new = _by_key(before.lines), _by_key(after.lines)
    changes = (
        _change(new.get(key) or old[key], old.get(key), new.get(key)) for key in dict.fromkeys([*new, *old])
    )
    missing = {str(each): each for each in (*before.missing, *after.missing)}
    return CostDiff(
        before.monthly,
        after.monthly,
        tuple(change for change in changes if change.difference),
        tuple(missing[words] for words in sorted(missing)),
    )


def _by_key(lines: Iterable[LineItem]) -> dict[tuple[str, str], list[LineItem]]:
    found: dict[tuple[str, str], list[LineItem]] = {}
    for line in lines:
        found.setdefault(line.key, []).append(line)
    return found


def _change(lines: list[LineItem], before: list[LineItem] | None, after: list[LineItem] | None) -> Change:
    return Change(lines[0].what, lines[0].resource, line_part(lines[0]), _sum(before), _sum(after))


def _sum(lines: list[LineItem] | None) -> Range:
    amount = NOTHING
    for line in lines or ():
        amount += line.monthly
    return amount
