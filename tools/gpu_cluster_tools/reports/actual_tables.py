"""The cost of a period for people to read: rows of words for a terminal."""

from collections.abc import Iterator
from fractions import Fraction

from gpu_cluster.cost.actual.actual import ActualCost, HeldCost, NamespaceCost, NodeCost, PoolCost, beyond
from gpu_cluster.cost.by_resource.hourly_price import MARKETS
from gpu_cluster.cost.money import NOTHING, Range, usd

_SHOWN_GAPS = 5

Row = tuple[str, ...]


def node_rows(actual: ActualCost) -> list[Row]:
    """A row for each pool, one for the control plane, and the total."""
    head = ("POOL", "NODE HOURS", "COST", "PLANNED", "BEYOND PLAN", "NODES")
    rows = [_pool_row(it) for it in actual.pools if it.kinds or it.reserved or it.planned]
    if actual.control_plane:
        rows.append(("control plane", "", *_against(actual.control_plane, actual.control_plane), ""))
    hours = sum((it.hours for it in actual.pools), Fraction(0))
    total = (_total(actual), _hours(hours), *_against(actual.total, actual.planned), "")
    return _priced([head, *rows, total], actual, (2, 3, 4))


def holder_rows(actual: ActualCost) -> list[Row]:
    """A row for each namespace, its models and other pods, one for each shared part, and the total."""
    head = ("GPU HOURS OF", "HELD", "USED", "IDLE", "UNKNOWN", "COST", "IDLE COST", "PLANNED", "BEYOND PLAN")
    rows = [row for it in actual.namespaces() for row in _namespace_rows(it, actual)]
    for shared in actual.shared:
        named = f"{shared.what}, {shared.pool}" if shared.pool else shared.what
        hours = _hours(shared.gpu_hours) if shared.gpu_hours else ""
        planned = _against(shared.cost, shared.planned)[1:] if shared.planned else ("", "")
        rows.append((f"shared: {named}", hours, "", "", "", _dollars(shared.cost), "", *planned))
    idle = sum((it.idle_cost for it in actual.namespaces()), NOTHING)
    rows.append((_total(actual), "", "", "", "", _dollars(actual.shared_out), _dollars(idle), "", ""))
    return _priced([head, *rows], actual, (5, 6, 7, 8))


def gap_lines(actual: ActualCost) -> list[str]:
    """The first periods without samples, and how many more there are."""
    gaps = actual.usage.gaps
    lines = [f"{gap.start:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M} UTC" for gap in gaps[:_SHOWN_GAPS]]
    more = len(gaps) - _SHOWN_GAPS
    return [*lines, f"and {more} more"] if more > 0 else lines


def _pool_row(pool: PoolCost) -> Row:
    named = "; ".join([*map(_kind, pool.kinds), *([_not_run(pool.reserved)] if pool.reserved else [])])
    cost = _against(pool.cost, pool.planned)
    return (pool.pool or "no pool", _hours(pool.hours), *cost, named or "none ran")


def _kind(node: NodeCost) -> str:
    words = (node.kind.instance or "unknown type", MARKETS.get(node.kind.market, node.kind.market))
    return f"{_hours(node.hours)} h {' '.join(words)}".rstrip()


def _not_run(node: NodeCost) -> str:
    return f"{_hours(node.hours)} h {MARKETS[node.kind.market]}, not run"


def _namespace_rows(it: NamespaceCost, actual: ActualCost) -> Iterator[Row]:
    yield (f"team {it.team}" if it.team else f"namespace {it.namespace}", *_figures(it, it.planned))
    for held in it.held:
        named = held.holder.workload or "other pods"
        where = f" on {held.pool}" if held.pool else " on no pool"
        yield (f"  {named}{where}", *_figures(held, actual.planned_workloads.get((held.holder, held.pool))))


def _figures(it: NamespaceCost | HeldCost, planned: Range | None) -> Row:
    hours = map(_hours, (it.gpu_hours, it.used, it.idle, it.unmeasured))
    against = _against(it.cost, planned)[1:] if planned is not None else ("", "")
    return (*hours, _dollars(it.cost), _dollars(it.idle_cost), *against)


def _against(cost: Range, planned: Range) -> Row:
    return _dollars(cost), _dollars(planned), _difference(beyond(cost, planned))


def _difference(amount: Range) -> str:
    """`within` the plan, or the larger deviation from it."""
    if not amount:
        return "within"
    furthest = max(amount.least, amount.most, key=abs)
    return f"{'-' if furthest < 0 else '+'}${usd(abs(furthest))}"


def _priced(rows: list[Row], actual: ActualCost, columns: tuple[int, ...]) -> list[Row]:
    """Rows without their columns of money where no price is known."""
    if actual.region is not None:
        return rows
    return [tuple(cell for index, cell in enumerate(row) if index not in columns) for row in rows]


def _total(actual: ActualCost) -> str:
    return "total, at least" if actual.at_least else "total"


def _dollars(amount: Range) -> str:
    least, most = (f"${usd(end)}" for end in (amount.least, amount.most))
    return least if least == most else f"{least} to {most}"


def _hours(hours: Fraction) -> str:
    return f"{float(hours):,.1f}"
