"""Hourly price of one node: its instance, as purchased, and the disks of its pool."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gpu_cluster.capacity import POOL_LABEL
from gpu_cluster.catalog.price import PriceError
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.by_resource.hourly_price import KARPENTER_MARKETS, hourly
from gpu_cluster.cost.line_item import PricingContext
from gpu_cluster.cost.measured_usage import NodeKind
from gpu_cluster.cost.money import NOTHING, Range
from gpu_cluster.cost.pricing import bill_of
from gpu_cluster.cost.unpriced import Missing, Unpriced, by_cause

_GROUP, _POOL = "aws:eks/nodeGroup:NodeGroup", "NodePool"
_KARPENTER = {market: kind for kind, market in KARPENTER_MARKETS.items()}


def pool_items(items: Iterable[Item]) -> dict[str, Item]:
    """Node group or NodePool of each pool."""
    return {pool: item for item in items if (pool := _pool_of(item))}


def node_price(
    kind: NodeKind, pools: Mapping[str, Item], context: PricingContext
) -> tuple[Range, tuple[Missing, ...]]:
    """US dollars an hour, priced as a pool of one such node, and missing prices. `pools`: `pool_items`."""
    made_by = pools.get(kind.pool)
    if made_by is None:
        return server_price(kind, context)
    one = replace(context, reserved={}, needed={kind.pool: Fraction(1)}, templates=_templates(kind, context))
    try:
        bill = bill_of([_of_one_node(made_by, kind, context)], one)
    except PriceError as error:
        return _unpriced(error, kind)
    return bill.hourly, bill.missing


def server_price(kind: NodeKind, context: PricingContext) -> tuple[Range, tuple[Missing, ...]]:
    """Price of an instance without disks: reserved and not running, or of no pool of the stack."""
    try:
        least, most, how = hourly(kind.instance, kind.market, context.region, context.prices)
        what = f"{kind.instance} {how}"
        return Range(least.on(context.day, what).usd, most.on(context.day, what).usd), ()
    except PriceError as error:
        return _unpriced(error, kind)


def _unpriced(error: PriceError, kind: NodeKind) -> tuple[Range, tuple[Missing, ...]]:
    return NOTHING, by_cause([Unpriced(str(error), f"pool {kind.pool}" if kind.pool else "nodes of no pool")])


def _pool_of(item: Item) -> str | None:
    if item.kind == _GROUP:
        return item.inputs.get("labels", {}).get(POOL_LABEL)
    return item.inputs.get("metadata", {}).get("name") if item.kind == _POOL else None


def _of_one_node(item: Item, kind: NodeKind, context: PricingContext) -> Item:
    """The resource of a pool with one node of this instance type and market."""
    if item.kind == _GROUP:
        changed = {
            "scalingConfig": {"minSize": 1, "maxSize": 1},
            "capacityType": "ON_DEMAND" if kind.market == "RESERVED" else kind.market,
            "instanceTypes": [kind.instance],
        }
        return item._replace(inputs={**item.inputs, **changed})
    hardware = context.prices.hardware(kind.instance)
    if hardware is None:
        raise PriceError(f"no price for {kind.instance}, which is not in the catalog")
    wanted = {
        "node.kubernetes.io/instance-type": [kind.instance],
        "karpenter.sh/capacity-type": [_KARPENTER.get(kind.market, "on-demand")],
    }
    spec: dict[str, Any] = item.inputs["spec"]
    pod: dict[str, Any] = spec["template"]["spec"]
    asked = [it for it in pod["requirements"] if it["key"] not in wanted]
    asked += [{"key": key, "operator": "In", "values": values} for key, values in wanted.items()]
    template = {**spec["template"], "spec": {**pod, "requirements": asked}}
    changed = {**spec, "limits": {**spec.get("limits", {}), "cpu": hardware.cpus}, "template": template}
    return item._replace(inputs={**item.inputs, "spec": changed})


def _templates(kind: NodeKind, context: PricingContext) -> Mapping[str, Item]:
    """Launch templates, which set the instance type of a capacity block."""
    template = context.templates.get(kind.pool)
    if template is None or "instanceType" not in template.inputs:
        return context.templates
    changed = template._replace(inputs={**template.inputs, "instanceType": kind.instance})
    return {**context.templates, kind.pool: changed}
