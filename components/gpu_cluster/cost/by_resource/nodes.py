"""Servers and their disks: node groups, and what Karpenter may start."""

from collections.abc import Iterator, Mapping
from typing import Any

from gpu_cluster.capacity import POOL_LABEL
from gpu_cluster.catalog.price import PriceError
from gpu_cluster.config.quantity import amount
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.by_resource.hourly_price import KARPENTER_MARKETS, hourly
from gpu_cluster.cost.line_item import Entry, LineItem, PricingContext
from gpu_cluster.cost.money import Range
from gpu_cluster.cost.unpriced import Unpriced

_GIB = 1024**3
_BOTTLEROCKET_SYSTEM_GIB = 4
_INCLUDED_IOPS, _INCLUDED_THROUGHPUT = 3000, 125
"""Included performance of gp3 volumes (Amazon EBS user guide, 2026-11-21)."""


def node_group(item: Item, context: PricingContext) -> Iterator[Entry]:
    pool = str(item.at("labels")[POOL_LABEL])
    template = context.templates.get(pool)
    if template is None:
        raise PriceError(f"expected a launch template of pool {pool} with its volumes")
    least, most = item.number("scalingConfig.minSize"), item.number("scalingConfig.maxSize")
    market = str(item.at("capacityType"))
    running = _running(pool, Range.of(least, most), context)
    paid = _reserved(pool, market, running, template, context)
    instance = template.inputs.get("instanceType") or item.at("instanceTypes.0")
    yield _servers(item, pool, str(instance), market, paid, context)
    yield from _disks(item, pool, template.at("blockDeviceMappings"), running, context)


def node_pool(item: Item, context: PricingContext) -> Iterator[Entry]:
    """Range of nodes from the required minimum to the limit of the NodePool."""
    pool = str(item.at("metadata.name"))
    wanted = {it["key"]: it["values"] for it in item.at("spec.template.spec.requirements")}
    types: list[str] = wanted.get("node.kubernetes.io/instance-type", [])
    if len(types) != 1:
        raise PriceError(f"expected one instance type, got {', '.join(types) or 'any'}")
    [instance] = types
    hardware = context.prices.hardware(instance)
    if hardware is None:
        raise PriceError(f"no price for {instance}, which is not in the catalog")
    market = KARPENTER_MARKETS.get(wanted.get("karpenter.sh/capacity-type", ["on-demand"])[0], "ON_DEMAND")
    most = int(amount(str(item.at("spec.limits.cpu"))) // hardware.cpus)
    running = _running(pool, Range.of(0, most), context)
    node_class = context.node_classes.get(str(item.at("spec.template.spec.nodeClassRef.name")))
    if node_class is None:
        raise PriceError("expected an EC2NodeClass with the volumes of its nodes")
    paid = Range(running.most, running.most) if market == "RESERVED" else running
    yield _servers(item, pool, instance, market, paid, context)
    yield from _disks(item, pool, node_class.at("spec.blockDeviceMappings"), running, context)


def volume(
    item: Item,
    gib: Range,
    count: Range,
    iops: float,
    throughput: float,
    context: PricingContext,
    *,
    part: str,
    pool: str | None,
    what: str,
) -> Iterator[Entry]:
    """`count` gp3 disks of `gib` each, with IOPS and throughput beyond the included ones."""
    yield context.line(item, "gp3", part=part, pool=pool, what=what, unit="GiB", quantity=gib * count)
    beyond = (
        ("gp3-iops", "IOPS", iops - _INCLUDED_IOPS, "IOPS"),
        ("gp3-throughput", "throughput", throughput - _INCLUDED_THROUGHPUT, "MiB/s"),
    )
    for service, name, more, unit in beyond:
        if more > 0:
            quantity = count * Range.of(more)
            yield context.line(
                item, service, part=part, pool=pool, what=f"{what}, {name}", unit=unit, quantity=quantity
            )


def _running(pool: str, nodes: Range, context: PricingContext) -> Range:
    """The autoscaler starts nodes until the minimum number of replicas runs."""
    return Range(min(nodes.most, max(nodes.least, context.needed.get(pool, nodes.least))), nodes.most)


def _servers(
    item: Item, pool: str, instance: str, market: str, count: Range, context: PricingContext
) -> Entry:
    try:
        least, most, how = hourly(instance, market, context.region, context.prices)
        what = f"{instance} {how}"
        usd = Range(least.on(context.day, what).usd, most.on(context.day, what).usd)
    except PriceError as error:
        return Unpriced(str(error), item.name, pool)
    return LineItem(what, item.name, "nodes", pool, count, "node", usd, "hour")


def _reserved(pool: str, market: str, running: Range, template: Item, context: PricingContext) -> Range:
    """Reserved servers cost the same whether they run or not."""
    targeted: Any = template.inputs.get("capacityReservationSpecification")
    if market != "CAPACITY_BLOCK" and not targeted:
        return running
    count = Range.of(context.reserved.get(pool, 0))
    most = max(running.most, count.most)
    return Range(most, most)


def _disks(
    item: Item, pool: str, mappings: list[Mapping[str, Any]], nodes: Range, context: PricingContext
) -> Iterator[Entry]:
    for mapping in mappings:
        disk: Mapping[str, Any] = mapping.get("ebs", {})
        gib = _gib(disk.get("volumeSize", _BOTTLEROCKET_SYSTEM_GIB))
        iops, throughput = float(disk.get("iops", 0)), float(disk.get("throughput", 0))
        yield from volume(
            item,
            gib,
            nodes,
            iops,
            throughput,
            context,
            part="nodes",
            pool=pool,
            what=f"disk {mapping.get('deviceName', '')}",
        )


def _gib(size: float | str) -> Range:
    """`100` as EC2 takes it, `100Gi` as Karpenter does."""
    return Range.of(
        float(amount(size) / _GIB) if isinstance(size, str) and size[-1:].isalpha() else float(size)
    )
