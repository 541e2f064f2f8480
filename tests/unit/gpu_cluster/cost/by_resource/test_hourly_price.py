from gpu_cluster.cost import CATALOG
from gpu_cluster.cost.by_resource.hourly_price import hourly


def test_hourly_price_depends_on_the_capacity_type() -> None:
    bought = {
        market: hourly("p5.48xlarge", market, "us-east-2", CATALOG)
        for market in ("ON_DEMAND", "RESERVED", "SPOT", "CAPACITY_BLOCK")
    }

    assert {market: how for market, (_, _, how) in bought.items()} == {
        "ON_DEMAND": "on demand",
        "RESERVED": "reserved",
        "SPOT": "spot, estimated",
        "CAPACITY_BLOCK": "in a capacity block",
    }
    assert [float(price.usd) for price in bought["ON_DEMAND"][:2]] == [55.04, 55.04]
    assert [float(price.usd) for price in bought["SPOT"][:2]] == [13.76, 55.04]
    assert [float(price.usd) for price in bought["CAPACITY_BLOCK"][:2]] == [41.528, 41.528]
