"""Hourly price of a server, by the market that it is bought on."""

from collections.abc import Mapping

from gpu_cluster.catalog.price import Price
from gpu_cluster.cost.prices import Prices

MARKETS: Mapping[str, str] = {
    "ON_DEMAND": "on demand",
    "SPOT": "spot, estimated",
    "RESERVED": "reserved",
    "CAPACITY_BLOCK": "in a capacity block",
}
"""Markets as EC2 names them, with the words of a bill."""

KARPENTER_MARKETS: Mapping[str, str] = {"on-demand": "ON_DEMAND", "spot": "SPOT", "reserved": "RESERVED"}
"""Markets by Karpenter's capacity types."""


def hourly(instance: str, market: str, region: str, prices: Prices) -> tuple[Price, Price, str]:
    """Minimum and maximum price, and the words of the market, which EC2 names. `PriceError` without a price.

    hourly("g6.4xlarge", "SPOT", "us-east-2", CATALOG)[2]  # spot, estimated
    """
    if market == "CAPACITY_BLOCK":
        price = prices.capacity_block(instance, region)
        return price, price, MARKETS[market]
    if market == "SPOT":
        return *prices.spot(instance, region), MARKETS[market]
    price = prices.on_demand(instance, region)
    return price, price, MARKETS["RESERVED" if market == "RESERVED" else "ON_DEMAND"]
