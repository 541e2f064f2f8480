"""Prices of services and instances by region, as resources are priced with them."""

from gpu_cluster.catalog.instance_prices import capacity_block, on_demand, spot
from gpu_cluster.catalog.price import Price
from gpu_cluster.catalog.service_prices import service_price


class Prices:
    """Those of the catalog. Every method raises `PriceError` if there is no price."""

    def service(self, name: str, region: str) -> Price:
        return service_price(name, region)

    def on_demand(self, instance: str, region: str) -> Price:
        return on_demand(instance, region)

    def spot(self, instance: str, region: str) -> tuple[Price, Price]:
        """The least and the most."""
        return spot(instance, region)

    def capacity_block(self, instance: str, region: str) -> Price:
        return capacity_block(instance, region)


CATALOG = Prices()
