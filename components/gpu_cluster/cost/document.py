"""A cost as a document for programs: amounts in US dollars as numbers."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from gpu_cluster.cost.cost import Cost
from gpu_cluster.cost.diff import Change, CostDiff
from gpu_cluster.cost.line_item import LineItem
from gpu_cluster.cost.money import Range
from gpu_cluster.cost.unpriced import Missing


def document_of(cost: Cost, difference: CostDiff | None = None) -> dict[str, Any]:
    """JSON document of a cost; `difference`: changes since another revision."""
    document: dict[str, Any] = {
        "stack": cost.stack,
        "region": cost.region,
        "pricesOn": cost.day.isoformat(),
        "complete": cost.complete,
        "missing": _missing(cost.missing),
        "hourly": _range(cost.hourly),
        "monthly": _range(cost.monthly),
        "parts": {part: _range(monthly) for part, monthly in cost.by_part().items()},
        "pools": {
            use.pool: {
                "nodes": _range(use.nodes),
                "nodesNeeded": _range(use.needed),
                "gpusIdle": _ends(use.idle),
                "gpusWasted": _ends(use.wasted),
                "cpuIdle": _ends(use.cpu_idle),
                "memoryIdle": _ends(use.memory_idle),
            }
            for use in cost.uses
        },
        "teams": {
            share.team: {
                "monthly": _range(share.monthly),
                "pools": {pool: float(part) for pool, part in share.pools.items()},
            }
            for share in cost.shares.values()
        },
        "budgets": [
            {
                "of": it.of,
                "limit": float(it.limit),
                "worstCase": _number(it.monthly.most),
                "over": _number(it.over),
                "complete": it.complete,
            }
            for it in cost.budgets
        ],
        "assumptions": {name: cost.usage[name] for name in cost.assumed()},
        "lines": [_line(line) for line in cost.lines],
    }
    if difference:
        document["difference"] = {
            "before": _range(difference.before),
            "after": _range(difference.after),
            "changes": [_change(change) for change in difference.changes],
            "complete": not difference.missing,
            "missing": _missing(difference.missing),
        }
    return document


def _missing(missing: Iterable[Missing]) -> list[dict[str, Any]]:
    return [{"cause": each.cause, "resources": list(each.resources)} for each in missing]


def _line(line: LineItem) -> dict[str, Any]:
    return {
        "what": line.what,
        "resource": line.resource,
        "part": line.part,
        "pool": line.pool,
        "quantity": _range(line.quantity),
        "unit": line.unit,
        "price": _range(line.price, digits=6),
        "per": line.per,
        "hourly": _range(line.hourly, digits=6),
        "monthly": _range(line.monthly),
        "assumption": line.assumption,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "what": change.what,
        "resource": change.resource,
        "part": change.part,
        "before": _range(change.before),
        "after": _range(change.after),
        "difference": _range(change.difference),
    }


def _range(amount: Range, *, digits: int = 2) -> dict[str, float]:
    return {"least": _number(amount.least, digits), "most": _number(amount.most, digits)}


def _ends(ends: tuple[Fraction, Fraction]) -> dict[str, float]:
    return {"least": _number(ends[0], 4), "most": _number(ends[1], 4)}


def _number(amount: Fraction, digits: int = 2) -> float:
    return round(float(amount), digits)
