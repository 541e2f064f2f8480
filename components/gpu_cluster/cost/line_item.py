"""Line item of a cost, and the context for pricing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from gpu_cluster.catalog.price import Price, PriceError
from gpu_cluster.catalog.service_prices import SERVICES
from gpu_cluster.cost.assumptions import ASSUMPTIONS, HOURS_PER_MONTH
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.money import Range
from gpu_cluster.cost.prices import CATALOG, Prices
from gpu_cluster.cost.unpriced import Unpriced


@dataclass(frozen=True, slots=True)
class LineItem:
    what: str
    """Name of the line, such as `g6.4xlarge on demand`."""

    resource: str
    """Name of the resource that it is for."""

    part: str
    """Part of the platform: control plane, nodes, network, storage, registry, keys, logs or queues."""

    pool: str | None
    quantity: Range
    """Units at a time, or per month if the unit is not an hour."""

    unit: str
    """Unit: node, GB, IOPS, address, …"""

    price: Range
    """US dollars of one unit, for `per`; least and most differ where it is an estimate."""

    per: str
    """hour or month."""

    assumption: str | None = None
    """Name of the assumption that its quantity comes from."""

    @property
    def hourly(self) -> Range:
        return self.quantity * self.price * Fraction(1, 1 if self.per == "hour" else HOURS_PER_MONTH)

    @property
    def monthly(self) -> Range:
        return self.hourly * HOURS_PER_MONTH

    @property
    def key(self) -> tuple[str, str]:
        """Key that is the same for this line in another revision, whatever its cost."""
        return self.resource, self.what


Entry = LineItem | Unpriced
"""A line of a bill, or a part of a resource that has no price."""


@dataclass(frozen=True, slots=True)
class PricingContext:
    """Pricing context: region, prices and related resources."""

    region: str
    day: date
    usage: Mapping[str, float]
    prices: Prices = CATALOG
    reserved: Mapping[str, int] = field(default_factory=dict[str, int])
    """Servers that a pool has reserved, and pays for whether they run or not."""

    needed: Mapping[str, Fraction] = field(default_factory=dict[str, Fraction])
    """Nodes that a pool has at all times, for the fewest replicas of what runs on them."""

    templates: Mapping[str, Item] = field(default_factory=dict[str, Item])
    """Launch templates by pool."""

    node_classes: Mapping[str, Item] = field(default_factory=dict[str, Item])
    """EC2NodeClasses by name."""

    classes: Mapping[str, Item] = field(default_factory=dict[str, Item])
    """Storage classes by name; the default one by "" as well."""

    scalers: Mapping[tuple[str, str], Item] = field(default_factory=dict[tuple[str, str], Item])
    """Autoscalers of pods by namespace and name of the workload."""

    repositories: tuple[str, ...] = ()
    """Names of the repositories of images."""

    disk_backups: frozenset[str] = frozenset()
    """Names of the backup plans that only select EBS volumes."""

    scanned: bool = False
    """Whether Inspector scans images."""

    def of(self, service: str, *, region: str | None = None) -> Price:
        """`PriceError` if there is no price, or only an outdated one."""
        return self.prices.service(service, region or self.region).on(self.day, SERVICES[service].title)

    def line(
        self,
        item: Item,
        service: str,
        *,
        part: str,
        what: str,
        unit: str,
        quantity: Range | float = 1,
        pool: str | None = None,
        region: str | None = None,
    ) -> LineItem | Unpriced:
        """Line item with an amount of a service."""
        try:
            price = self.of(service, region=region)
        except PriceError as error:
            return Unpriced(str(error), item.name, pool)
        amount = quantity if isinstance(quantity, Range) else Range.of(quantity)
        per = "hour" if price.unit == "hour" else "month"
        return LineItem(what, item.name, part, pool, amount, unit, Range(price.usd, price.usd), per)

    def used(
        self, item: Item, service: str, assumption: str, *, part: str, what: str, times: Fraction | int = 1
    ) -> LineItem | Unpriced:
        """Line item with the assumed amount of a service, multiplied by `times`."""
        try:
            price = self.of(service)
        except PriceError as error:
            return Unpriced(str(error), item.name, by_usage=True)
        amount = Range.of(self.usage[assumption]) * Fraction(times)
        by_hour = price.unit == "hour"
        unit = ASSUMPTIONS[assumption].unit if by_hour else price.unit.removesuffix("-month")
        usd = Range(price.usd, price.usd)
        return LineItem(
            what, item.name, part, None, amount, unit, usd, "hour" if by_hour else "month", assumption
        )
