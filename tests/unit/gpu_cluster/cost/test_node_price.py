from datetime import date

import pytest

from gpu_cluster.cost import NodeKind
from gpu_cluster.cost.billable_item import items_of
from gpu_cluster.cost.money import Range
from gpu_cluster.cost.node_price import node_price, pool_items, server_price
from gpu_cluster.cost.pricing import pricing_context
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.plans import plan

STACKS = ("prod", "dev", "staging")


def price(kind: NodeKind, stack: str = "prod", day: date = TODAY) -> tuple[Range, tuple[str, ...]]:
    items = items_of(plan(stack).graph)
    found, missing = node_price(kind, pool_items(items), pricing_context(items, "us-east-2", day=day))
    return found, tuple(map(str, missing))


@pytest.mark.parametrize("stack", STACKS)
def test_node_price_matches_the_planned_cost_per_node(stack: str) -> None:
    """For every pool of the committed stacks: cost lines divided by nodes."""
    from gpu_cluster.capacity import capacity_type, pools_of
    from gpu_cluster.cost import cost_of

    made = plan(stack)
    bill = cost_of(made, day=TODAY)
    assert bill.region
    items = items_of(made.graph)
    context = pricing_context(items, bill.region, day=TODAY)
    for name, pool in pools_of(made.stack).items():
        lines = [it for it in bill.lines if it.pool == name and it.part == "nodes"]
        servers = [it for it in lines if it.unit == "node"]
        if not servers or not servers[0].quantity.most:
            continue
        kind = NodeKind(name, pool.machine, capacity_type(made.stack.pools[name].capacity))
        found, missing = node_price(kind, pool_items(items), context)
        assert not missing
        whole = sum((it.hourly.most for it in lines), start=found.most * 0)
        assert found.most * servers[0].quantity.most == whole, name


def test_node_price_follows_the_purchase_option() -> None:
    spot, _ = price(NodeKind("l4", "g6.4xlarge", "SPOT"))
    demand, _ = price(NodeKind("l4", "g6.4xlarge", "ON_DEMAND"))
    assert spot.least < spot.most == demand.least == demand.most


def test_node_type_without_a_price_is_reported_with_its_pool() -> None:
    found, missing = price(NodeKind("gone", "p5e.48xlarge", "ON_DEMAND"))
    assert not found
    assert missing == ("AWS publishes no on-demand price for p5e.48xlarge (pool gone)",)


def test_expired_node_price_is_reported_as_missing() -> None:
    context = pricing_context([], "us-east-2", day=date(2029, 1, 1))
    found, missing = server_price(NodeKind("l4", "g6.4xlarge", "ON_DEMAND"), context)
    assert not found
    assert "held until" in str(missing[0])
