"""Ranges of numbers and of US dollars, exact: parts add up to the total to the last fraction of a cent."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Range:
    """Range from minimum to maximum under load."""

    least: Fraction
    most: Fraction

    @classmethod
    def of(cls, least: float | Fraction, most: float | Fraction | None = None) -> "Range":
        """`Range.of(2)` is from 2 to 2. Floats are taken as they are written: 0.1 is a tenth."""
        return cls(_exact(least), _exact(least if most is None else most))

    def __add__(self, other: "Range") -> "Range":
        return Range(self.least + other.least, self.most + other.most)

    def __sub__(self, other: "Range") -> "Range":
        """End by end: how much the least and the most differ."""
        return Range(self.least - other.least, self.most - other.most)

    def __mul__(self, other: "Range | Fraction | int") -> "Range":
        factor = other if isinstance(other, Range) else Range(Fraction(other), Fraction(other))
        return Range(self.least * factor.least, self.most * factor.most)

    def __neg__(self) -> "Range":
        return Range(-self.least, -self.most)

    def __bool__(self) -> bool:
        return bool(self.least or self.most)


NOTHING = Range(Fraction(0), Fraction(0))


def total(ranges: "list[Range]") -> Range:
    return Range(sum((it.least for it in ranges), Fraction(0)), sum((it.most for it in ranges), Fraction(0)))


def usd(amount: Fraction, *, digits: int = 2) -> str:
    """`1,234.50`"""
    return f"{float(amount):,.{digits}f}"


def _exact(number: float | Fraction) -> Fraction:
    return number if isinstance(number, Fraction) else Fraction(str(number))
