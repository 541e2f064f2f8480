from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from gpu_cluster.catalog import PriceError, Source, capacity_block, on_demand, service_price, spot
from gpu_cluster.cost import CATALOG, PriceFileError, project_prices

SOURCE = Source("AWS Price List API", date(2026, 11, 2))


def project(tmp_path: Path, text: str) -> Path:
    (tmp_path / "prices.yaml").write_text(text)
    return tmp_path


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(PriceFileError) as error:
        project_prices(project(tmp_path, text))
    return str(error.value).splitlines()


OWN = """
prices:
  - region: mx-central-1
    source: AWS Price List API
    date: 2026-11-02
    instances: {g6.4xlarge: 1.5, g6.3xlarge: 1.25}
    capacityBlocks: {p5.48xlarge: 40}
    services: {key: 1.1, nat-hour: 0.05}
  - region: us-east-2
    source: contract 4711
    date: 2026-10-01
    instances: {p5e.48xlarge: 60}
discounts:
  - percent: 28
    instances: [g6, m7i.large]
    regions: [us-east-2]
    source: compute savings plan
    date: 2026-10-01
  - percent: 10
    services: [s3]
    source: private pricing
    date: 2026-09-01
"""


def test_project_without_price_file_uses_the_catalog(tmp_path: Path) -> None:
    assert project_prices(tmp_path) is CATALOG
    assert project_prices(None) is CATALOG


def test_price_file_adds_to_and_overrides_the_catalog(tmp_path: Path) -> None:
    prices = project_prices(project(tmp_path, OWN))

    assert prices.service("key", "mx-central-1").usd == Fraction("1.1")
    assert prices.service("key", "mx-central-1").source == SOURCE
    assert prices.service("key", "mx-central-1").unit == "month"
    assert prices.on_demand("g6.4xlarge", "mx-central-1").usd == Fraction("1.5")
    assert prices.on_demand("g6.3xlarge", "mx-central-1").usd == Fraction("1.25")
    assert prices.on_demand("p5e.48xlarge", "us-east-2").usd == 60
    assert prices.capacity_block("p5.48xlarge", "mx-central-1").usd == 40
    assert prices.service("nat-gb", "us-east-2") == service_price("nat-gb", "us-east-2")
    assert prices.capacity_block("p5.48xlarge", "us-east-2") == capacity_block("p5.48xlarge", "us-east-2")
    with pytest.raises(PriceError, match="no price for data to the internet in mx-central-1"):
        prices.service("internet-gb", "mx-central-1")


def test_discounts_apply_to_the_named_items_and_regions(tmp_path: Path) -> None:
    prices = project_prices(project(tmp_path, OWN))

    assert prices.on_demand("g6.xlarge", "us-east-2").usd == on_demand(
        "g6.xlarge", "us-east-2"
    ).usd * Fraction("0.72")
    assert prices.on_demand("m7i.large", "us-east-2").usd == on_demand(
        "m7i.large", "us-east-2"
    ).usd * Fraction("0.72")
    assert prices.on_demand("m7i.xlarge", "us-east-2") == on_demand("m7i.xlarge", "us-east-2")
    assert prices.on_demand("g6.xlarge", "us-east-1") == on_demand("g6.xlarge", "us-east-1")
    assert prices.spot("g6.xlarge", "us-east-2") == spot("g6.xlarge", "us-east-2")
    assert prices.service("s3", "us-east-1").usd == service_price("s3", "us-east-1").usd * Fraction("0.9")


def test_discounted_price_expires_with_its_older_source(tmp_path: Path) -> None:
    discount = OWN.replace("2026-10-01", "2025-01-01")
    price = project_prices(project(tmp_path, discount)).on_demand("g6.xlarge", "us-east-2")

    with pytest.raises(
        PriceError, match=r"the price for g6\.xlarge is of 2025-01-01 and held until 2026-01-01"
    ):
        price.on(date(2026, 11, 29), "g6.xlarge")


def test_spot_range_expires_with_its_on_demand_price(tmp_path: Path) -> None:
    stale = OWN.replace("date: 2026-11-02", "date: 2025-11-02")

    least, most = project_prices(project(tmp_path, stale)).spot("g6.4xlarge", "mx-central-1")

    for price in (least, most):
        with pytest.raises(PriceError, match=r"is of 2025-11-02 and held until 2026-11-02"):
            price.on(date(2026, 11, 3), "g6.4xlarge spot, estimated")


def test_spot_range_of_a_custom_price_ends_at_that_price(tmp_path: Path) -> None:
    least, most = project_prices(project(tmp_path, OWN)).spot("g6.4xlarge", "mx-central-1")

    assert most.usd == Fraction("1.5")
    assert least.usd == Fraction("0.3")  # 20 %, the lowest observed for the family


def test_all_price_file_errors_are_reported_with_their_lines(tmp_path: Path) -> None:
    wrong = """
prices:
  - region: eu-centrl-1
    source: AWS Price List API
    date: 2026-11-02
    instances: {g6.4xlarge: 1.65, g6.4xlrage: 2, m7i.large: -1}
    services: {nat-hours: 0.052, key: free}
  - region: eu-west-1
    source: ""
    instnces: {}
discounts:
  - percent: 120
    source: savings plan
    date: 2036-01-01
"""
    assert problems(tmp_path, wrong) == [
        "prices.yaml:3 prices[0].region: unknown region 'eu-centrl-1', did you mean 'eu-central-1'?",
        'prices.yaml:6 prices[0].instances["g6.4xlrage"]: expected an instance type such as g6.4xlarge, '
        "got 'g6.4xlrage', did you mean 'g6.4xlarge'?",
        'prices.yaml:6 prices[0].instances["m7i.large"]: expected US dollars, more than 0, got -1',
        "prices.yaml:7 prices[0].services.nat-hours: unknown service 'nat-hours', did you mean 'nat-hour'?",
        "prices.yaml:7 prices[0].services.key: expected US dollars, more than 0, got 'free'",
        "prices.yaml:8 prices[1].date: required key is missing",
        "prices.yaml:8 prices[1]: expected instances, capacityBlocks or services",
        "prices.yaml:9 prices[1].source: expected text with the source of the price, got ''",
        "prices.yaml:10 prices[1].instnces: unknown key, did you mean 'instances'?",
        "prices.yaml:12 discounts[0]: expected instances or services of the discount",
        "prices.yaml:12 discounts[0].percent: expected a number between 0 and 100, got 120",
        "prices.yaml:14 discounts[0].date: expected a date in the past, got 2036-01-01",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "prices.yaml:1 the file is empty; expected prices or discounts"),
        ("- 1", "prices.yaml:1 expected keys such as prices, got [1]"),
        ("prices: 5", "prices.yaml:1 prices: expected a list, got 5"),
        ("prices: [5]", "prices.yaml:1 prices[0]: expected keys such as region, got 5"),
        ("pricse: []", "prices.yaml:1 pricse: unknown key, did you mean 'prices'?"),
    ],
)
def test_price_file_of_wrong_structure_is_rejected_with_a_message(
    tmp_path: Path, text: str, problem: str
) -> None:
    assert problem in problems(tmp_path, text)


def test_duplicate_price_or_discount_is_rejected(tmp_path: Path) -> None:
    block = OWN.partition("  - region: us-east-2")[0]
    twice = block + block.partition("prices:\n")[2]
    found = problems(tmp_path, twice)
    assert "prices.yaml:14 prices[1].services.key: the price for key in mx-central-1 is given twice" in found

    discount = "  - {percent: 5, instances: [g6], source: x, date: 2026-09-01}\n"
    found = problems(tmp_path, "discounts:\n" + 2 * discount)
    assert found == ["prices.yaml:3 discounts[1]: g6 already has a discount, in discounts[0]"]
