from typing import Any

from gpu_cluster.capacity import pools_of
from gpu_cluster.capacity.addresses import Demand, demand_of
from gpu_cluster.config.stack import Stack

ONE, TWO = ["eu-central-1a"], ["eu-central-1a", "eu-central-1b"]


def demand(zones: list[str], **pools: Any) -> Demand:
    stack = Stack.model_validate({"cluster": {"provider": "local"}, "pools": pools})
    return demand_of(pools_of(stack).values(), dict.fromkeys(pools, zones))


def test_node_needs_one_address_and_a_16_block_per_16_pods() -> None:
    found = demand(ONE, system={"instance": "m7i.xlarge", "nodes": 1})  # 58 pods
    assert (found.nodes, found.pods) == ({"eu-central-1a": 1}, {"eu-central-1a": 64})


def test_maximum_nodes_are_spread_over_zones() -> None:
    found = demand(TWO, system={"instance": "m7i.xlarge", "nodes": {"min": 1, "max": 5}})
    assert found.nodes == {"eu-central-1a": 3, "eu-central-1b": 3}
    assert found.pods == {"eu-central-1a": 192, "eu-central-1b": 192}


def test_address_demand_sums_pools() -> None:
    pool = {"instance": "m7i.xlarge", "nodes": 2}
    assert demand(ONE, system=pool, more=pool).pods == {"eu-central-1a": 256}
