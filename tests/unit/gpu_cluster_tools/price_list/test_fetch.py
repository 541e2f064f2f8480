"""Requests and responses are checked against botocore's service model of the price list with its Stubber."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import json
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from botocore.stub import ANY, Stubber

from gpu_cluster.catalog import SERVICES
from gpu_cluster.cost.price_file import prices_in
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError, UnreachableError
from gpu_cluster_tools.price_list.compare import Difference, differences
from gpu_cluster_tools.price_list.fetch import SOURCE, Fetched, fetched, queries
from gpu_cluster_tools.price_list.price_file import write

_FAMILIES = (("AmazonEC2", "Compute Instance"), ("AmazonEC2", "Compute Instance (bare metal)"))
_CALLS = (*_FAMILIES, *dict.fromkeys((it.offer, it.family) for it in queries()))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "emulated")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulated")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return Aws("us-east-1")


@pytest.fixture
def stubber(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.client("pricing")) as stubber:
        yield stubber


def product(usd: str | Mapping[str, str], **attributes: str) -> str:
    """A product of the price list with one price, or prices by the start of their tier."""
    tiers = {"0": usd} if isinstance(usd, str) else usd
    dimensions = {
        f"tier-{begin}": {"unit": "Hrs", "beginRange": begin, "pricePerUnit": {"USD": price}}
        for begin, price in tiers.items()
    }
    return json.dumps(
        {
            "product": {"attributes": attributes},
            "terms": {"OnDemand": {"sku.1": {"priceDimensions": dimensions}}},
        }
    )


def answer(stubber: Stubber, products: Mapping[tuple[str, str], list[str]]) -> None:
    """Stub every call in order, with products by offer and family."""
    for offer, family in _CALLS:
        stubber.add_response(
            "get_products",
            {"FormatVersion": "aws_v1", "PriceList": products.get((offer, family), [])},
            {"ServiceCode": offer, "Filters": ANY},
        )


FRANKFURT = {
    ("AmazonEC2", "Compute Instance"): [
        product("1.6546600000", instanceType="g6.4xlarge", usagetype="EUC1-BoxUsage:g6.4xlarge"),
        product("0.0116", instanceType="t2.micro", usagetype="EUC1-BoxUsage:t2.micro"),
    ],
    ("AmazonEC2", "NAT Gateway"): [
        product("0.052", usagetype="EUC1-NatGateway-Hours"),
        product("0.052", usagetype="EUC1-NatGateway-Bytes"),
        product("0.9", usagetype="EUC1-Outposts-NatGateway-Hours"),
    ],
    ("AmazonEC2", "Provisioned Throughput"): [
        product("48.7424", usagetype="EUC1-EBS:VolumeP-Throughput.gp3")
    ],
    ("awskms", "Encryption Key"): [product("1", usagetype="eu-central-1-KMS-Keys")],
    ("awskms", "API Request"): [
        product({"0": "0", "20000": "0.000003"}, usagetype="eu-central-1-KMS-Requests")
    ],
    ("AmazonS3", "Storage"): [
        product({"0": "0.0245", "51200": "0.0235"}, usagetype="EUC1-TimedStorage-ByteHrs"),
        product("0.0135", usagetype="EUC1-TimedStorage-SIA-ByteHrs"),
    ],
    ("AmazonVPC", "VpcEndpoint"): [
        product("0.012", usagetype="EUC1-VpcEndpoint-Hours"),
        product("0.013", usagetype="EUC1-VpcEndpoint-Hours"),
    ],
}


def test_prices_are_converted_to_the_units_of_the_price_file(aws: Aws, stubber: Stubber) -> None:
    answer(stubber, FRANKFURT)
    found = fetched(aws, "eu-central-1")

    assert found.instances == {"g6.4xlarge": Fraction("1.65466")}
    assert found.services == {
        "nat-hour": Fraction("0.052"),
        "nat-gb": Fraction("0.052"),
        "gp3-throughput": Fraction("0.0476"),  # of a MiB/s; the list has 48.7424 for a GiB/s
        "key": 1,
        "key-requests": Fraction("0.03"),  # of 10,000; the first 20,000 are free
        "s3": Fraction("0.0245"),
    }
    stubber.assert_no_pending_responses()


def test_services_without_exactly_one_price_are_listed_as_unread(aws: Aws, stubber: Stubber) -> None:
    answer(stubber, FRANKFURT)
    found = fetched(aws, "eu-central-1")

    assert "endpoint-hour" in found.unread  # two prices
    assert "control-plane" in found.unread  # none
    assert set(found.unread) | found.services.keys() == {it.service for it in queries()}


def test_each_call_filters_by_region_and_product_family(aws: Aws, stubber: Stubber) -> None:
    asked: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(params)

    aws.client("pricing").meta.events.register("before-parameter-build.pricing.GetProducts", note)
    answer(stubber, {})
    fetched(aws, "eu-central-1")

    fields = [{it["Field"]: it["Value"] for it in call["Filters"]} for call in asked]
    assert all(call["regionCode"] == "eu-central-1" for call in fields)
    assert [
        (call["ServiceCode"], it.get("productFamily", "")) for call, it in zip(asked, fields, strict=True)
    ] == list(_CALLS)
    assert fields[0]["operatingSystem"] == "Linux"


def test_response_of_another_shape_is_refused_by_the_service_model(stubber: Stubber) -> None:
    with pytest.raises(ParamValidationError):
        stubber.add_response("get_products", {"PriceList": "not a list"}, {"ServiceCode": "AmazonEC2"})


def test_every_query_is_for_one_service_of_the_catalog() -> None:
    assert {it.service for it in queries()} <= SERVICES.keys()
    assert len({it.service for it in queries()}) == len(queries())


def test_refused_call_keeps_the_aws_error(aws: Aws, stubber: Stubber) -> None:
    stubber.add_client_error(
        "get_products", "AccessDeniedException", "not authorized to perform: pricing:GetProducts"
    )

    with pytest.raises(AwsCallError, match="not authorized to perform: pricing:GetProducts"):
        fetched(aws, "eu-central-1")


def test_missing_network_is_reported(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_PRICING", "http://127.0.0.1:9")
    monkeypatch.setattr("botocore.endpoint.time.sleep", int)

    with pytest.raises(UnreachableError, match='Could not connect to the endpoint URL: "http://127'):
        fetched(aws, "eu-central-1")


def test_only_differences_to_the_catalog_are_listed() -> None:
    found = Fetched({"g6.4xlarge": Fraction("1.3232")}, {"nat-hour": Fraction("0.05"), "key": Fraction(1)})

    assert list(differences(found, "us-east-2")) == [
        Difference("nat-hour", Fraction("0.045"), Fraction("0.05"))
    ]
    scans = Fetched({}, {"image-scan": Fraction("0.09")})
    assert list(differences(scans, "mx-central-1")) == [Difference("image-scan", None, Fraction("0.09"))]


def test_written_file_can_be_read_as_project_prices(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    write(
        path,
        {"mx-central-1": Fetched({"g6.4xlarge": Fraction("1.5")}, {"key": Fraction(1)})},
        date(2026, 11, 2),
    )
    prices = prices_in(path)

    assert prices.on_demand("g6.4xlarge", "mx-central-1").usd == Fraction("1.5")
    assert prices.service("key", "mx-central-1").source.where == SOURCE
    assert prices.service("key", "mx-central-1").source.date == date(2026, 11, 2)


def test_rewriting_replaces_only_its_own_blocks(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(
        "# reviewed every quarter\n"
        "prices:\n"
        "  - {region: mx-central-1, source: contract, date: 2026-09-01, services: {secret: 0.3}}  # of 2026\n"
        "discounts:\n"
        "  - {percent: 10, services: [s3], source: contract, date: 2026-09-01}\n"
    )
    for usd in (1, 2):
        write(path, {"mx-central-1": Fetched({}, {"key": Fraction(usd)})}, date(2026, 11, usd))
    text, prices = path.read_text(), prices_in(path)

    assert "# reviewed every quarter" in text
    assert text.count("region:") == 2
    assert prices.service("key", "mx-central-1").usd == 2
    assert prices.service("secret", "mx-central-1").usd == Fraction("0.3")
    assert len(prices.discounts) == 1
