"""Prices of instance types that a stack file declares."""

from dataclasses import dataclass
from fractions import Fraction

from gpu_cluster.capacity.known_hardware import known_hardware
from gpu_cluster.catalog.instance_prices import spot_range
from gpu_cluster.catalog.instances import INSTANCES, Instance
from gpu_cluster.catalog.price import Price, PriceError
from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.today import today
from gpu_cluster.config.hardware import HardwareSettings
from gpu_cluster.cost.prices import Prices


@dataclass(frozen=True)
class DeclaredPrices(Prices):
    """Prices of a project and the catalog first, then those of the stack file."""

    prices: Prices
    declared: HardwareSettings

    def service(self, name: str, region: str) -> Price:
        return self.prices.service(name, region)

    def on_demand(self, instance: str, region: str) -> Price:
        try:
            return self.prices.on_demand(instance, region)
        except PriceError:
            if instance not in self.declared.instances or instance in INSTANCES:
                raise
            return self._declared(instance)

    def spot(self, instance: str, region: str) -> tuple[Price, Price]:
        try:
            return self.prices.spot(instance, region)
        except PriceError:
            if instance not in self.declared.instances or instance in INSTANCES:
                raise
            return spot_range(instance, self._declared(instance))

    def capacity_block(self, instance: str, region: str) -> Price:
        return self.prices.capacity_block(instance, region)

    def hardware(self, instance: str) -> Instance | None:
        return known_hardware(self.declared).instances.get(instance)

    def _declared(self, instance: str) -> Price:
        usd = self.declared.instances[instance].hourly_usd
        if usd is None:
            raise PriceError(f"no price for {instance}, which the stack file declares without hourlyUsd")
        source = Source("gpu-cluster:hardware of the stack file", today())
        return Price(Fraction(str(usd)), "hour", source)


def with_declared(prices: Prices, hardware: HardwareSettings) -> Prices:
    """Prices, and those of declared instance types."""
    return DeclaredPrices(prices, hardware) if hardware.instances else prices
