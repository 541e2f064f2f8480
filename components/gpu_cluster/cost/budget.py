"""Whether the most that something may cost in a month is within its budget."""

from dataclasses import dataclass
from fractions import Fraction

from gpu_cluster.cost.money import Range


@dataclass(frozen=True, slots=True)
class BudgetCheck:
    of: str
    """environment, or `team` and its name."""

    limit: Fraction
    """US dollars in a month."""

    monthly: Range
    """Cost to compare with the limit: the most is the worst case."""

    complete: bool = True
    """False if some of it has no price: a worst case within the limit then says nothing."""

    @property
    def over(self) -> Fraction:
        """US dollars by which the worst case exceeds the limit; 0 within it."""
        return max(Fraction(0), self.monthly.most - self.limit)

    @property
    def used(self) -> Fraction:
        """The worst case as a part of the limit."""
        return self.monthly.most / self.limit
