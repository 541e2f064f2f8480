"""Sums worked out by hand, and resources reported as unpriced."""

from datetime import date
from fractions import Fraction

import pytest

from gpu_cluster.cost import Item, items_of, priced, region_of
from gpu_cluster.cost.assumptions import HOURS_PER_MONTH
from gpu_cluster.cost.money import Range
from gpu_cluster.cost.pricing import PRICED
from gpu_cluster.cost.unpriced_types import FREE
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.items import (
    REGION,
    UNPRICED_REGION,
    aws,
    launch_template,
    missing,
    node_group,
)
from tests.unit.gpu_cluster.cost.plans import plan

ON_AWS = ("dev", "staging", "prod")


def monthly(*items: Item) -> Range:
    return priced(items, REGION, day=TODAY).hourly * HOURS_PER_MONTH


def test_maximum_hourly_cost_has_every_pool_at_its_maximum() -> None:
    items = [
        node_group("l4", "g6.4xlarge", (3, 12)),
        launch_template("l4", gib=100),
        node_group("system", "m7i.2xlarge", (3, 6)),
        launch_template("system", gib=100),
        aws("ec2/natGateway:NatGateway"),
    ]
    servers = 12 * Fraction("1.3232") + 6 * Fraction("0.4032")  # 15.8784 + 2.4192
    disks = (12 * 100 + 6 * 100) * Fraction("0.08") / 730  # 144 in a month
    gateway = Fraction("0.045") + 200 * Fraction("0.045") / 730  # 9 in a month for 200 GB

    assert priced(items, REGION, day=TODAY).hourly.most == servers + disks + gateway


@pytest.mark.parametrize("name", ON_AWS)
def test_every_type_in_the_committed_stacks_is_priced_or_free(name: str) -> None:
    graph = plan(name).graph
    kinds = {item.kind for item in items_of(graph) if item.kind.startswith("aws:")}

    assert kinds <= PRICED.keys() | FREE.keys()
    assert region_of(graph) == REGION
    bill = priced(items_of(graph), REGION, day=TODAY)
    assert bill.lines
    assert not bill.missing


def test_no_type_is_both_priced_and_free() -> None:
    assert not PRICED.keys() & FREE.keys()


def test_type_without_price_data_is_reported() -> None:
    assert missing(aws("redshift/cluster:Cluster", "warehouse")) == [
        "no price for aws:redshift/cluster:Cluster, which is not in the catalog (warehouse)"
    ]


def test_missing_prices_are_reported_at_once_sorted_with_counts() -> None:
    items = [
        node_group("h200", "p5e.48xlarge"),
        launch_template("h200"),
        node_group("old", "p3.2xlarge"),
        launch_template("old"),
        aws("cloudwatch/logGroup:LogGroup", "audit"),
        aws("fsx/lustreFileSystem:LustreFileSystem", "data", storageCapacity=1200),
        *(aws("kms/key:Key", f"key-{number}", region=UNPRICED_REGION) for number in range(24)),
    ]

    assert missing(*items) == [
        "AWS publishes no on-demand price for p5e.48xlarge (nodes-h200)",
        "LogGroup: expected retentionInDays, because logs without expiry have no monthly price (audit)",
        "LustreFileSystem: expected perUnitStorageThroughput, which determines the cost (data)",
        "no price for KMS keys in us-gov-west-1 (24 resources)",
        "no price for KMS requests in us-gov-west-1 (24 resources)",
        "no price for p3.2xlarge, which is not in the catalog (nodes-old)",
    ]


def test_missing_prices_are_independent_of_the_resource_order() -> None:
    items = [aws("kms/key:Key", region=UNPRICED_REGION), aws("sqs/queue:Queue", region=UNPRICED_REGION)]

    assert missing(*items) == missing(*reversed(items)) == sorted(missing(*items))


def test_priced_resources_count_next_to_unpriced_ones() -> None:
    bill = priced(
        [aws("ec2/eip:Eip"), node_group("h200", "p5e.48xlarge"), launch_template("h200")], REGION, day=TODAY
    )

    assert [line.what for line in bill.lines] == ["public IPv4 address", "disk /dev/xvda"]
    [cause] = bill.missing
    assert cause.pools == {"h200"}


def test_expired_price_is_reported_as_missing() -> None:
    address = aws("ec2/eip:Eip", "address")

    assert missing(address, day=date(2028, 1, 1)) == [
        "the price for public IPv4 addresses is of 2026-08-21 and held until 2027-08-21 (address)"
    ]


def test_kubernetes_objects_without_a_price_are_free() -> None:
    assert not monthly(Item("ConfigMap", "config", {"metadata": {"name": "config"}}))
