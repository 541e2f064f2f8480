"""Hourly price of a server, by the market that it is bought on."""

from gpu_cluster.catalog.price import Price
from gpu_cluster.cost.prices import Prices


def hourly(instance: str, market: str, region: str, prices: Prices) -> tuple[Price, Price, str]:
    """The least, the most, and how it is bought; `market` as EC2 names it. `PriceError` where there is none.

    hourly("g6.4xlarge", "SPOT", "us-east-2", CATALOG)[2]  # spot, estimated
    """
    if market == "CAPACITY_BLOCK":
        price = prices.capacity_block(instance, region)
        return price, price, "in a capacity block"
    if market == "SPOT":
        return *prices.spot(instance, region), "spot, estimated"
    price = prices.on_demand(instance, region)
    return price, price, "reserved" if market == "RESERVED" else "on demand"
