from datetime import date
from fractions import Fraction

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.cost import CATALOG, Range
from gpu_cluster.stack import load
from gpu_cluster_tools.throughput.gpu_node import GpuNode, instance_nodes, pool_node
from tests.unit.gpu_cluster_tools.throughput.stack_files import STACKS

DAY = date(2026, 11, 30)


def node(pool: str, stack: str = "prod") -> GpuNode:
    settings = load(STACKS / f"Pulumi.{stack}.yaml")
    return pool_node(pools_of(settings)[pool], settings.pools[pool], settings.region, CATALOG, DAY)


def test_token_price_is_the_share_of_the_node_in_use() -> None:
    paid = Range.of(8)
    server = GpuNode("h100", "p5.48xlarge", None, 8, None, paid, "on demand")

    assert server.usd_per_million(2, 1000) == Range.of(Fraction(2_000_000, 3_600_000))
    assert server.usd_per_million(8, 1000) == Range.of(Fraction(8_000_000, 3_600_000))


@pytest.mark.parametrize(
    ("stack", "pool", "bought", "hourly"),
    [
        ("prod", "l4", "on demand", (1.3232, 1.3232)),
        ("prod", "h100", "in a capacity block", (41.528, 41.528)),
        ("dev", "l4", "spot, estimated", (0.19552, 0.9776)),
    ],
)
def test_pool_price_depends_on_its_market(
    stack: str, pool: str, bought: str, hourly: tuple[float, float]
) -> None:
    found = node(pool, stack)

    assert (found.bought, found.hourly) == (bought, Range.of(*hourly))


def test_on_premises_server_has_no_price() -> None:
    settings = load(STACKS / "Pulumi.onprem.yaml")
    [name] = [name for name, pool in pools_of(settings).items() if pool.gpu][:1]
    found = node(name, "onprem")

    assert found.hourly is None
    assert found.bought == "no price for on-premises servers"
    assert found.usd_per_million(1, 100) is None


def test_simulated_pool_has_no_price() -> None:
    assert node("l4", "local").bought == "no price without an AWS region"


def test_only_instance_types_of_the_region_with_whole_gpus_are_listed() -> None:
    found = {each.name: each for each in instance_nodes("us-east-2", CATALOG, DAY)}

    assert "p5.48xlarge" in found
    assert "g6f.large" not in found
    assert found["p5e.48xlarge"].bought == "AWS publishes no on-demand price for p5e.48xlarge"
