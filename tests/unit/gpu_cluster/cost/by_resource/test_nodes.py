from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_cluster.cost import Item, LineItem, priced
from gpu_cluster.cost.money import Range, total
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.items import REGION, aws, launch_template, missing, node_group, node_pool


def lines(*items: Item, reserved: dict[str, int] | None = None) -> tuple[LineItem, ...]:
    return priced(items, REGION, day=TODAY, reserved=reserved).lines


def test_node_group_costs_instances_and_disks() -> None:
    servers, disk = lines(node_group("l4", "g6.4xlarge", (3, 12)), launch_template("l4", gib=100))

    assert (servers.what, servers.pool, servers.unit, servers.per) == (
        "g6.4xlarge on demand", "l4", "node", "hour",
    )  # fmt: skip
    # 3 x 1.3232 and 12 x 1.3232
    assert servers.hourly == Range.of(Fraction("3.9696"), Fraction("15.8784"))
    # 3 x 100 GiB x 0.08 and 12 x 100 GiB x 0.08
    assert disk.monthly == Range.of(24, 96)


def test_disk_costs_iops_above_3000_and_throughput_above_125() -> None:
    template = launch_template("h100", gib=500, iops=8000, throughput=1000)
    _, space, operations, throughput = lines(node_group("h100", "p5.48xlarge", (2, 2)), template)

    assert space.monthly == Range.of(80)  # 2 x 500 x 0.08
    assert operations.monthly == Range.of(50)  # 2 x (8000 - 3000) x 0.005
    assert throughput.monthly == Range.of(70)  # 2 x (1000 - 125) x 0.04


def test_capacity_block_is_charged_for_all_reserved_instances() -> None:
    block = launch_template("h100", instanceType="p5.48xlarge")
    servers, disk = lines(
        node_group("h100", "p5.48xlarge", (0, 2), "CAPACITY_BLOCK"), block, reserved={"h100": 3}
    )

    assert servers.what == "p5.48xlarge in a capacity block"
    assert servers.hourly == Range.of(Fraction("124.584"))  # 3 x 8 x 5.191, of which one is never started
    assert disk.monthly == Range.of(0, 16)  # of those that run: 2 x 100 x 0.08


def test_on_demand_reservation_is_charged_for_the_maximum_nodes() -> None:
    target = {"capacityReservationTarget": {"capacityReservationId": "cr-0123456789abcdef0"}}
    template = launch_template("l4", capacityReservationSpecification=target)
    servers, _ = lines(node_group("l4", "g6.4xlarge", (1, 4)), template)

    assert servers.quantity == Range.of(4)


def test_spot_instances_cost_an_estimate_up_to_on_demand() -> None:
    servers, _ = lines(node_group("l4", "g6.4xlarge", (1, 2), "SPOT"), launch_template("l4"))

    assert servers.what == "g6.4xlarge spot, estimated"
    # 1 x 1.3232 x 0.2 and 2 x 1.3232
    assert servers.hourly == Range.of(Fraction("0.26464"), Fraction("2.6464"))


def test_karpenter_cost_is_bounded_by_the_pool_limit() -> None:
    servers, disk = lines(*node_pool("g6.2xlarge", cpus=16, market="on-demand"))

    assert servers.quantity == Range.of(0, 2)  # 16 CPUs of 8 each
    assert servers.hourly == Range.of(0, Fraction("1.9552"))  # 2 x 0.9776
    assert disk.monthly == Range.of(0, 16)  # 2 x 100 x 0.08


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (
            [node_group("l4")],
            "NodeGroup: expected a launch template of pool l4 with its volumes (nodes-l4)",
        ),
        (node_pool()[:1], "NodePool: expected an EC2NodeClass with the volumes of its nodes (l4)"),
        (
            [aws("eks/nodeGroup:NodeGroup", "nodes")],
            "NodeGroup: expected labels, which determines the cost (nodes)",
        ),
    ],
)
def test_missing_price_input_is_reported(items: list[Item], message: str) -> None:
    assert missing(*items) == [message]


def test_unknown_instance_type_of_karpenter_has_no_price() -> None:
    [cause] = missing(*node_pool("g9.xlarge"))
    assert cause == "NodePool: no price for g9.xlarge, which is not in the catalog (l4)"


counts = st.integers(0, 60)
instances = st.sampled_from(["m7i.xlarge", "g6.4xlarge", "g6e.12xlarge", "p5.48xlarge"])
markets = st.sampled_from(["ON_DEMAND", "SPOT"])


def hourly(pool: str, instance: str, nodes: tuple[int, int], market: str) -> Range:
    least, most = sorted(nodes)
    items = [node_group(pool, instance, (least, most), market), launch_template(pool, gib=200)]
    return total([line.hourly for line in lines(*items)])


@given(instances, counts, counts, counts, markets)
def test_more_nodes_never_cost_less(instance: str, least: int, most: int, more: int, market: str) -> None:
    low, high = sorted((least, most))
    fewer, further = (hourly("p", instance, (low, top), market) for top in (high, high + more))

    assert fewer.least <= fewer.most <= further.most
    assert fewer.least == further.least


@given(st.lists(st.tuples(instances, st.tuples(counts, counts), markets), max_size=5))
def test_cost_of_pools_is_the_sum_of_each_pool(pools: list[tuple[str, tuple[int, int], str]]) -> None:
    items: list[Item] = []
    for number, (instance, nodes, market) in enumerate(pools):
        least, most = sorted(nodes)
        items += (
            node_group(f"p{number}", instance, (least, most), market),
            launch_template(f"p{number}", gib=200),
        )
    each = [hourly("p", instance, nodes, market) for instance, nodes, market in pools]

    assert total([line.hourly for line in lines(*items)]) == total(each)


@given(instances, counts, st.integers(0, 20), markets)
def test_cost_is_proportional_to_the_number_of_nodes(
    instance: str, nodes: int, times: int, market: str
) -> None:
    once, often = (hourly("p", instance, (count, count), market) for count in (nodes, nodes * times))

    assert often == once * times
