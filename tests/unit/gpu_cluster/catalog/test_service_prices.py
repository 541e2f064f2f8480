from datetime import date
from fractions import Fraction

import pytest

from gpu_cluster.catalog import (
    PRICED_REGIONS,
    REGIONS,
    SERVICE_PRICES,
    SERVICES,
    PriceError,
    price_sources,
    service_price,
)
from gpu_cluster.catalog.table_files import rows_of

PARTLY = {
    *("tier-xl", "tier-2xl", "tier-4xl", "tier-8xl", "hybrid-cpu", "efs-backup"),
    *("lustre-125", "lustre-250", "lustre-500", "lustre-1000", "image-scan", "image-rescan"),
    *("load-balancer", "load-balancer-gb", "other-region-gb", "other-zone-gb", "internet-gb"),
    "queue-requests",
}
"""Services without a source for some regions."""

NAMED = (
    *("us-west-1", "ca-central-1", "sa-east-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2"),
    *("eu-west-3", "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
)


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
def test_service_price_matches_the_aws_price_list(service: str, usd: str, unit: str) -> None:
    price = service_price(service, "us-east-2")

    assert (price.usd, price.unit) == (Fraction(usd), unit)


def test_service_prices_are_positive() -> None:
    assert all(price.usd > 0 for price in SERVICE_PRICES.values())


def test_service_price_rows_are_unique_and_have_a_known_region() -> None:
    rows = [(row["service"], row["region"]) for row in rows_of("service_prices", "prices")]

    assert {region for _, region in rows} <= REGIONS.keys()
    assert len(rows) == len(set(rows))


def test_price_sources_are_used_and_recent() -> None:
    used = {
        row["source"] for table in ("service_prices", "instance_prices") for row in rows_of(table, "prices")
    }

    assert used == price_sources().keys()
    assert all(source.date >= date(2026, 5, 1) for source in price_sources().values())


def test_lustre_price_rises_linearly_with_throughput() -> None:
    prices = {speed: service_price(f"lustre-{speed}", "us-east-1").usd for speed in (125, 250, 500, 1000)}
    steps = {(prices[speed] - prices[125]) / (speed - 125) for speed in (250, 500, 1000)}

    assert steps == {Fraction("0.52") / 1000}


def test_region_without_a_price_raises_price_error() -> None:
    with pytest.raises(PriceError, match=r"^no price for gp3 volumes in us-gov-west-1$"):
        service_price("gp3", "us-gov-west-1")


@pytest.mark.parametrize("service", sorted(SERVICES.keys() - PARTLY))
def test_fully_sourced_service_has_a_price_in_every_region(service: str) -> None:
    assert all(service_price(service, region).usd > 0 for region in PRICED_REGIONS)


@pytest.mark.parametrize("region", NAMED)
def test_most_used_regions_lack_only_the_listed_prices(region: str) -> None:
    unpriced = {name for name in SERVICES if (name, region) not in SERVICE_PRICES}

    assert unpriced - {it for it in unpriced if it.startswith("lustre-")} == {
        *("tier-xl", "tier-2xl", "tier-4xl", "tier-8xl", "hybrid-cpu"),
        *("efs-backup", "image-scan", "image-rescan", "load-balancer-gb", "other-region-gb"),
    }


@pytest.mark.parametrize(
    ("service", "region", "usd"),
    [
        ("nat-hour", "eu-west-2", "0.05"),  # AWS Price List of 2026-09-04, mooncitizen/togen
        ("nat-gb", "eu-west-2", "0.05"),  # the same
        ("snapshot", "eu-west-2", "0.053"),  # AWS Price List of 2026-09-21
        ("load-balancer", "eu-west-2", "0.02646"),  # the same
        ("gp3", "me-south-1", "0.0968"),  # AWS Price List of 2026-09-25, R3dn/saudi-cloud-cost-estimator-cli
        ("nat-hour", "me-south-1", "0.0528"),  # the same
        ("internet-gb", "me-south-1", "0.117"),  # the same
        ("log-written", "ap-southeast-1", "0.70"),  # CloudWatch pricing, read in 2026
        ("log-written", "eu-west-2", "0.5985"),  # AWS Price List of 2026-09
        ("log-written", "ap-northeast-1", "0.76"),  # AWS Price List of 2026-07-01
        ("alarm", "ap-northeast-1", "0.10"),  # the same
        ("gp3-iops", "sa-east-1", "0.0095"),  # AWS Price List of 2026-08
        ("internet-gb", "sa-east-1", "0.15"),  # the same
        ("nat-hour", "ap-south-1", "0.056"),  # a bill of 2026-09-16
    ],
)
def test_service_price_matches_other_copies_of_the_price_list(service: str, region: str, usd: str) -> None:
    assert service_price(service, region).usd == Fraction(usd)


@pytest.mark.parametrize(
    ("service", "usd"), [("gp3", "0.0952"), ("nat-hour", "0.052"), ("load-balancer", "0.027"), ("key", "1")]
)
def test_prices_in_eu_central_1_match_a_real_bill(service: str, usd: str) -> None:
    assert service_price(service, "eu-central-1").usd == Fraction(usd)
