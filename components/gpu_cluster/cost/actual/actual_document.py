"""The cost of a period as a document for programs: US dollars and hours as numbers."""

from fractions import Fraction
from typing import Any

from gpu_cluster.cost.actual.actual import (
    ActualCost,
    HeldCost,
    NamespaceCost,
    NodeCost,
    PoolCost,
    SharedCost,
    beyond,
)
from gpu_cluster.cost.money import Range


def actual_document(actual: ActualCost) -> dict[str, Any]:
    """Ready for JSON; amounts are null where nothing is in AWS, and prices are not known."""
    usage = actual.usage
    priced = actual.region is not None
    return {
        "stack": actual.stack,
        "region": actual.region,
        "pricesOn": actual.day.isoformat(),
        "from": usage.start.isoformat(),
        "to": usage.end.isoformat(),
        "hours": _number(usage.hours),
        "measuredHours": _number(usage.covered_hours),
        "gaps": [{"from": gap.start.isoformat(), "to": gap.end.isoformat()} for gap in usage.gaps],
        "complete": actual.complete,
        "missing": [{"cause": it.cause, "resources": list(it.resources)} for it in actual.missing],
        "uncertain": list(actual.uncertain),
        "remarks": list(actual.remarks),
        **_against(actual.total, actual.planned, priced=priced),
        "controlPlane": _range(actual.control_plane, priced=priced),
        "pools": [_pool(it, priced=priced) for it in actual.pools],
        "namespaces": [_namespace(it, actual, priced=priced) for it in actual.namespaces()],
        "shared": [_shared(it, priced=priced) for it in actual.shared],
    }


def _pool(pool: PoolCost, *, priced: bool) -> dict[str, Any]:
    return {
        "pool": pool.pool or None,
        "nodeHours": _number(pool.hours),
        **_against(pool.cost, pool.planned, priced=priced),
        "kinds": [_kind(it, priced=priced) for it in pool.kinds],
        "reservedNotRun": _kind(pool.reserved, priced=priced) if pool.reserved else None,
    }


def _kind(node: NodeCost, *, priced: bool) -> dict[str, Any]:
    return {
        "instance": node.kind.instance or None,
        "market": node.kind.market or None,
        "nodeHours": _number(node.hours),
        "cost": _range(node.cost, priced=priced),
    }


def _namespace(it: NamespaceCost, actual: ActualCost, *, priced: bool) -> dict[str, Any]:
    return {
        "namespace": it.namespace,
        "team": it.team,
        **_hours(it),
        **_against(it.cost, it.planned, priced=priced),
        "workloads": [_workload(each, actual, priced=priced) for each in it.held],
    }


def _workload(held: HeldCost, actual: ActualCost, *, priced: bool) -> dict[str, Any]:
    planned = actual.planned_workloads.get((held.holder, held.pool))
    return {
        "workload": held.holder.workload or None,
        "pool": held.pool or None,
        **_hours(held),
        **_against(held.cost, planned, priced=priced),
    }


def _hours(it: HeldCost | NamespaceCost) -> dict[str, Any]:
    return {
        "gpuHours": _number(it.gpu_hours),
        "usedGpuHours": _number(it.used),
        "idleGpuHours": _number(it.idle),
        "unmeasuredGpuHours": _number(it.unmeasured),
    }


def _shared(shared: SharedCost, *, priced: bool) -> dict[str, Any]:
    return {
        "what": shared.what,
        "pool": shared.pool or None,
        "gpuHours": _number(shared.gpu_hours),
        "cost": _range(shared.cost, priced=priced),
    }


def _against(cost: Range, planned: Range | None, *, priced: bool) -> dict[str, Any]:
    return {
        "cost": _range(cost, priced=priced),
        "planned": _range(planned, priced=priced) if planned else None,
        "beyondPlan": _range(beyond(cost, planned), priced=priced) if planned else None,
    }


def _range(amount: Range, *, priced: bool) -> dict[str, float] | None:
    return {"least": _number(amount.least), "most": _number(amount.most)} if priced else None


def _number(amount: Fraction) -> float:
    return round(float(amount), 2)
