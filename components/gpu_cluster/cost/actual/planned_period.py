"""Planned cost of the measured hours: pools, teams, models and control plane."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from gpu_cluster.capacity import Pool, capacity_type
from gpu_cluster.config.stack import Stack
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.cost import Cost
from gpu_cluster.cost.line_item import PricingContext
from gpu_cluster.cost.measured_usage import Holder, NodeKind
from gpu_cluster.cost.money import NOTHING, Range, total
from gpu_cluster.cost.pricing import bill_of
from gpu_cluster.cost.unpriced import Missing
from gpu_cluster.cost.utilization import node_shares

_CLUSTER = "aws:eks/cluster:Cluster"
_PART = "control plane"
_INSTANCE = "app.kubernetes.io/instance"


def planned_pools(planned: Cost, hours: Fraction) -> dict[str, Range]:
    """Nodes and their disks, without the volumes of what runs on them."""
    found: dict[str, Range] = defaultdict(lambda: NOTHING)
    for line in planned.lines:
        if line.pool and line.part == "nodes":
            found[line.pool] += line.hourly * hours
    return dict(found)


def planned_teams(stack: Stack, planned: Cost, pools: Mapping[str, Range]) -> dict[str, Range]:
    """Share of the planned pools in each team's quota, by namespace."""
    return {
        stack.teams[name].namespace or name: total(
            [pools.get(pool, NOTHING) * part for pool, part in share.pools.items()]
        )
        for name, share in planned.shares.items()
    }


def planned_workloads(
    stack: Stack,
    pools: Mapping[str, Pool],
    items: Iterable[Item],
    context: PricingContext,
    price: Callable[[NodeKind], Range],
) -> dict[tuple[Holder, str], Range]:
    """US dollars an hour of GPUs at minimum and maximum replicas, by model or service and pool."""
    found: dict[tuple[Holder, str], Range] = defaultdict(lambda: NOTHING)
    for item, pool, nodes in node_shares(pools, items, context):
        metadata = item.inputs.get("metadata", {})
        name = metadata.get("labels", {}).get(_INSTANCE) or metadata.get("name", "")
        kind = NodeKind(pool.name, pool.machine, capacity_type(stack.pools[pool.name].capacity))
        found[Holder(metadata.get("namespace", ""), name), pool.name] += price(kind) * nodes
    return dict(found)


def control_plane(items: Iterable[Item], context: PricingContext) -> tuple[Range, tuple[Missing, ...]]:
    """US dollars an hour, and what of it has no price."""
    bill = bill_of([it for it in items if it.kind == _CLUSTER], context)
    lines = [it.hourly for it in bill.lines if it.part == _PART]
    return total(lines), () if lines else bill.missing
