from datetime import date
from fractions import Fraction

import pytest

from gpu_cluster.catalog import LIST_PRICE_DAYS, Price, PriceError, Source

PRICE = Price(Fraction("0.045"), "hour", Source("a list", date(2026, 8, 21)))


def test_list_price_is_valid_for_a_year_after_its_source() -> None:
    assert LIST_PRICE_DAYS == 365
    assert PRICE.on(date(2027, 8, 21), "NAT gateways") is PRICE


def test_expired_price_raises_price_error_with_its_dates() -> None:
    with pytest.raises(
        PriceError, match="the price for NAT gateways is of 2026-08-21 and held until 2027-08-21"
    ):
        PRICE.on(date(2027, 8, 22), "NAT gateways")
