from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from gpu_cluster.cost.money import NOTHING, Range, total, usd

amounts = st.fractions(min_value=0, max_value=10**6, max_denominator=10**4)


@st.composite
def some_range(draw: st.DrawFn) -> Range:
    least, most = sorted((draw(amounts), draw(amounts)))
    return Range(least, most)


ranges = some_range()


@given(ranges, ranges)
def test_range_difference_is_antisymmetric(one: Range, other: Range) -> None:
    assert one - other == -(other - one)
    assert other + (one - other) == one


@given(st.lists(ranges, max_size=9), ranges)
def test_total_is_independent_of_the_order(parts: list[Range], last: Range) -> None:
    assert total([*parts, last]) == total([last, *reversed(parts)]) == total(parts) + last


@given(ranges, st.integers(0, 1000))
def test_scaled_range_keeps_minimum_below_maximum(one: Range, times: int) -> None:
    assert (one * times).least <= (one * times).most


def test_range_of_a_float_is_an_exact_fraction() -> None:
    assert Range.of(0.1) == Range(Fraction(1, 10), Fraction(1, 10))
    assert not NOTHING
    assert usd(Fraction("1234.5")) == "1,234.50"
