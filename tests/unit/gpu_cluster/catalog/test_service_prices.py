from fractions import Fraction

import pytest

from gpu_cluster.catalog import REGIONS, SERVICE_PRICES, SERVICE_REGIONS, PriceError, service_price


@pytest.mark.parametrize(
    ("service", "usd", "unit"),
    [
        ("control-plane", "0.10", "hour"),
        ("control-plane-extended", "0.60", "hour"),
        ("tier-xl", "1.65", "hour"),
        ("gp3", "0.08", "GB-month"),
        ("nat-hour", "0.045", "hour"),
        ("endpoint-hour", "0.01", "hour"),
        ("lustre-250", "0.21", "GB-month"),
        ("key", "1", "month"),
    ],
)
def test_a_service_costs_what_aws_lists(service: str, usd: str, unit: str) -> None:
    price = service_price(service, "us-east-2")

    assert (price.usd, price.unit) == (Fraction(usd), unit)


def test_nothing_in_the_table_is_free() -> None:
    assert all(price.usd > 0 for price in SERVICE_PRICES.values())


def test_faster_lustre_costs_more_by_the_same_for_every_megabyte() -> None:
    prices = {speed: SERVICE_PRICES[f"lustre-{speed}"].usd for speed in (125, 250, 500, 1000)}
    steps = {(prices[speed] - prices[125]) / (speed - 125) for speed in (250, 500, 1000)}

    assert steps == {Fraction("0.52") / 1000}


def test_a_price_of_another_region_is_an_error_that_names_those_that_are_known() -> None:
    assert set(SERVICE_REGIONS) <= set(REGIONS)
    with pytest.raises(
        PriceError, match="no price of gp3 in eu-central-1 is known, but in us-east-1, us-east-2, us-west-2"
    ):
        service_price("gp3", "eu-central-1")
