from datetime import date
from fractions import Fraction

import pytest

from gpu_cluster.catalog import (
    CAPACITY_BLOCK_TYPES,
    INSTANCE_PRICE_SOURCES,
    INSTANCES,
    MOVING_PRICE_DAYS,
    REGIONS,
    PriceError,
    capacity_block,
    on_demand,
    priced_regions,
    regions_with,
    spot,
)


@pytest.mark.parametrize(
    ("instance", "region", "usd"),
    [
        ("g6.4xlarge", "us-east-1", "1.3232"),
        ("g6.4xlarge", "us-east-2", "1.3232"),
        ("g6.48xlarge", "eu-north-1", "14.15992"),
        ("g5.48xlarge", "eu-west-1", "18.18233"),
        ("g5.12xlarge", "eu-central-1", "7.09282"),
        ("g5.8xlarge", "ap-northeast-1", "3.55033"),
        ("g4dn.xlarge", "eu-central-1", "0.658"),
        ("g6.8xlarge", "ap-northeast-1", "2.92148"),
        ("g6e.2xlarge", "eu-central-1", "2.8035"),
        ("g6e.48xlarge", "ap-northeast-2", "37.04468"),
        ("m7i.12xlarge", "eu-central-1", "2.898"),
        ("m7i.12xlarge", "ap-east-1", "3.3264"),
        ("p5.4xlarge", "ap-southeast-3", "9.4944"),
        ("p5.48xlarge", "us-west-1", "68.8"),
        ("p5.4xlarge", "sa-east-1", "11.5584"),
        ("p4de.24xlarge", "il-central-1", "35.57346"),
        ("c7i.4xlarge", "eu-west-1", "0.76608"),
        ("m7i.8xlarge", "af-south-1", "2.1336"),
        ("r7i.2xlarge", "ap-south-1", "0.546"),
        ("p6-b200.48xlarge", "us-east-2", "113.9328"),
    ],
)
def test_on_demand_price_matches_the_aws_price_list(instance: str, region: str, usd: str) -> None:
    assert float(on_demand(instance, region).usd) == pytest.approx(float(usd), rel=1e-4)


@pytest.mark.parametrize("instance", [name for name, it in INSTANCES.items() if it.hourly_usd])
def test_priced_instance_type_has_a_price_in_us_east_1(instance: str) -> None:
    assert on_demand(instance, "us-east-1").usd > 0
    assert set(priced_regions(instance)) <= set(REGIONS)
    assert all(on_demand(instance, region).usd > 0 for region in priced_regions(instance))


@pytest.mark.parametrize(
    ("instance", "region", "message"),
    [
        ("g6.xlarge", "us-gov-west-1", "no on-demand price for g6.xlarge in us-gov-west-1"),
        ("p5e.48xlarge", "us-east-2", "AWS publishes no on-demand price for p5e.48xlarge"),
        ("g9.xlarge", "us-east-2", "no price for g9.xlarge, which is not in the catalog"),
        (
            "p4de.24xlarge",
            "us-east-2",
            "AWS does not offer p4de.24xlarge in us-east-2, but in "
            "us-east-1, us-west-2, eu-central-1, il-central-1, ap-northeast-1, ap-southeast-1",
        ),
    ],
)
def test_instance_type_without_a_price_raises_price_error(instance: str, region: str, message: str) -> None:
    with pytest.raises(PriceError) as error:
        on_demand(instance, region)
    assert str(error.value) == message


def test_priced_instance_type_has_a_price_in_every_region_that_offers_it() -> None:
    unpriced = {
        (name, region)
        for name, it in INSTANCES.items()
        if it.hourly_usd
        for region in set(regions_with(name)) - set(priced_regions(name))
    }

    assert unpriced == set()


def test_on_demand_price_names_its_source() -> None:
    assert "skypilot" in on_demand("g6.xlarge", "eu-central-1").source.where
    assert "2026-10-15" in on_demand("g6.xlarge", "sa-east-1").source.where


def test_spot_price_range_ends_at_the_on_demand_price() -> None:
    least, most = spot("g6.2xlarge", "us-east-2")

    assert least.usd == Fraction("0.9776") * Fraction("0.2")
    assert most.usd == on_demand("g6.2xlarge", "us-east-2").usd


def test_spot_price_without_market_data_is_at_least_a_tenth_of_on_demand() -> None:
    least, most = spot("g5.xlarge", "us-east-1")

    assert least.usd == most.usd / 10


def test_capacity_block_price_is_the_price_of_its_gpus() -> None:
    assert capacity_block("p5.48xlarge", "us-east-2").usd == 8 * Fraction("5.191")
    assert capacity_block("p5.48xlarge", "ap-northeast-1").usd == 8 * Fraction("4.72")
    assert capacity_block("p5e.48xlarge", "us-east-2").usd == 8 * Fraction("5.97")


@pytest.mark.parametrize(
    ("instance", "region"),
    [("g6.xlarge", "us-east-2"), ("p5.48xlarge", "us-west-1"), ("g9.xlarge", "eu-west-1")],
)
def test_capacity_block_that_aws_does_not_sell_raises_price_error(instance: str, region: str) -> None:
    with pytest.raises(PriceError, match=f"no price for a capacity block of {instance} in {region}"):
        capacity_block(instance, region)


def test_capacity_block_is_cheaper_than_on_demand() -> None:
    for instance in set(CAPACITY_BLOCK_TYPES) - {"p5e.48xlarge", "p6e-gb200.36xlarge"}:
        assert capacity_block(instance, "us-east-1").usd < on_demand(instance, "us-east-1").usd


def test_spot_and_capacity_block_prices_expire_sooner() -> None:
    assert spot("g6.xlarge", "us-east-1")[0].days == MOVING_PRICE_DAYS
    assert capacity_block("p5.48xlarge", "us-east-1").days == MOVING_PRICE_DAYS
    assert all(date(2026, 7, 1) <= source.date for source in INSTANCE_PRICE_SOURCES.values())
