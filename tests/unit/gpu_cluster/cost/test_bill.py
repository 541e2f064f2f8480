"""Sums that are written out by hand, and what is refused rather than left out."""

from datetime import date
from fractions import Fraction

import pytest

from gpu_cluster.cost import CostError, Item, items_of, priced, region_of, worst_case_hourly
from gpu_cluster.cost.bill import PRICED
from gpu_cluster.cost.free import FREE
from gpu_cluster.cost.money import Range, total
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.items import REGION, aws, launch_template, node_group
from tests.unit.gpu_cluster.cost.plans import plan

ON_AWS = ("dev", "staging", "prod")


def monthly(*items: Item) -> Range:
    return total([line.monthly for line in priced(items, REGION, day=TODAY)])


def test_the_worst_hour_is_every_pool_at_its_most() -> None:
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

    assert worst_case_hourly(items, REGION, day=TODAY) == servers + disks + gateway


@pytest.mark.parametrize("name", ON_AWS)
def test_everything_in_the_real_stacks_is_priced_or_free_for_a_reason(name: str) -> None:
    graph = plan(name).graph
    kinds = {item.kind for item in items_of(graph) if item.kind.startswith("aws:")}

    assert kinds <= PRICED.keys() | FREE.keys()
    assert region_of(graph) == REGION
    assert priced(items_of(graph), REGION, day=TODAY)


def test_nothing_is_both_priced_and_free() -> None:
    assert not PRICED.keys() & FREE.keys()


def test_what_nobody_has_looked_up_is_an_error() -> None:
    with pytest.raises(CostError) as error:
        priced([aws("redshift/cluster:Cluster", "warehouse")], REGION, day=TODAY)

    assert str(error.value) == "Cluster warehouse: nobody has looked up yet whether it costs anything"


def test_every_missing_price_is_named_at_once() -> None:
    items = [
        node_group("h200", "p5e.48xlarge"),
        launch_template("h200"),
        node_group("old", "p3.2xlarge"),
        launch_template("old"),
        aws("cloudwatch/logGroup:LogGroup", "audit"),
        aws("fsx/lustreFileSystem:LustreFileSystem", "data", storageCapacity=1200),
    ]
    with pytest.raises(CostError) as error:
        worst_case_hourly(items, REGION, day=TODAY)

    assert error.value.problems == (
        "NodeGroup nodes-h200: AWS publishes no on-demand price of p5e.48xlarge",
        "NodeGroup nodes-old: no price is known of p3.2xlarge, which is not in the catalog",
        "LogGroup audit: expected retentionInDays: logs that are kept for ever have no monthly price",
        "LustreFileSystem data: expected perUnitStorageThroughput, which decides what it costs",
    )


def test_a_stale_price_is_an_error_too() -> None:
    with pytest.raises(CostError) as error:
        priced([aws("ec2/eip:Eip", "address")], REGION, day=date(2028, 1, 1))

    assert (
        str(error.value)
        == "Eip address: the price of public-address is of 2026-08-21 and held until 2027-08-21"
    )


def test_objects_that_run_on_priced_nodes_cost_nothing_more() -> None:
    assert not monthly(Item("ConfigMap", "config", {"metadata": {"name": "config"}}))
