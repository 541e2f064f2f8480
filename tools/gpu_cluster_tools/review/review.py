"""Review of one stack before and after a change, as plain data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pydantic import FiniteFloat, TypeAdapter, ValidationError

from gpu_cluster_tools.review.changes import ResourceChange


class Verdict(StrEnum):
    """Whether a change may be merged."""

    FINE = "fine"
    ATTENTION = "needs attention"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Reason:
    """Reason for the verdict of a stack."""

    blocks: bool
    words: str


@dataclass(frozen=True, slots=True)
class ReviewFinding:
    """A finding of a rule in the new plan."""

    rule: str
    """Rule id, such as 83-no-spot-in-production."""

    stops: bool
    """Whether it stops an update of this stack."""

    new: bool
    """Whether the finding is new in this change."""

    what: str
    where: str
    """Line and key of the stack file that decides about it."""

    why: str
    fix: str


@dataclass(frozen=True, slots=True)
class Spending:
    """US dollars per month: minimum, and maximum under load."""

    least: FiniteFloat
    most: FiniteFloat


@dataclass(frozen=True, slots=True)
class CostLine:
    """A part of a bill, before and after; None where it is not there."""

    what: str
    before: Spending | None
    after: Spending | None


@dataclass(frozen=True, slots=True)
class CostChange:
    """A bill, before and after. `lines`: those that change."""

    before: Spending | None
    after: Spending
    lines: tuple[CostLine, ...]
    missing: tuple[str, ...] = ()
    """Missing prices on either side: then the totals are only of known ones."""


@dataclass(frozen=True, slots=True)
class DurationChange:
    """Minutes until a stack that is created from nothing is ready."""

    before: FiniteFloat | None
    after: FiniteFloat
    path: tuple[tuple[str, FiniteFloat], ...]
    """The longest chain of resources that wait for each other, with the minutes of each."""


@dataclass(frozen=True, slots=True)
class Review:
    """Review of one stack."""

    stack: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    """Blocking reasons first."""

    problems: tuple[str, ...] = ()
    """Diagnostics of its stack file; then the rest is empty."""

    changes: tuple[ResourceChange, ...] = ()
    found: tuple[ReviewFinding, ...] = ()
    fixed: tuple[str, ...] = ()
    """Findings in the old plan alone."""

    waived: int = 0
    """Findings that a role answers for."""

    cost: CostChange | None = None
    time: DurationChange | None = None
    missing: tuple[str, ...] = ()
    """Parts that could not be worked out, and why."""

    @property
    def nothing_new(self) -> bool:
        """Whether the stack is unchanged and has no problem."""
        differs = (
            self.changes,
            self.fixed,
            self.missing,
            any(each.new for each in self.found),
            self.cost and (self.cost.lines or self.cost.missing),
            self.time and self.time.before != self.time.after,
        )
        return self.verdict is Verdict.FINE and not any(differs)


class ReviewFileError(Exception):
    """A file that does not hold reviews."""


_REVIEWS = TypeAdapter(tuple[Review, ...])


def as_json(reviews: Iterable[Review]) -> str:
    """The reviews for a program, or for another job to write the comment from."""
    return _REVIEWS.dump_json(tuple(reviews), indent=2).decode() + "\n"


def from_json(content: str | bytes) -> tuple[Review, ...]:
    """Reviews that `as_json` wrote. `ReviewFileError` for any other text."""
    try:
        return _REVIEWS.validate_json(content, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ReviewFileError(
            f"invalid reviews: {place}: {first['msg']}" if place else "invalid reviews"
        ) from None
