"""Usage of a period: sums of samples, one a minute."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple, TypeVar

from gpu_cluster.cost.by_resource.hourly_price import KARPENTER_MARKETS
from gpu_cluster.cost.measured_usage import Gap, Holder, MeasuredUsage, NodeKind
from gpu_cluster.kubernetes.telemetry.node_info import Selectors
from gpu_cluster.kubernetes.telemetry.rules import usage_rules
from gpu_cluster_tools.usage.period import STEP, Period
from gpu_cluster_tools.usage.prometheus import NoUsageError, Prometheus

_NODES = "gpu_cluster:nodes:by_kind"
_OFFERED = "gpu_cluster:gpus_offered:by_kind"
_HELD = "gpu_cluster:gpus_held:by_workload"
_USED = "gpu_cluster:gpus_used:by_workload"
_IDLE = "gpu_cluster:gpus_idle:by_workload"

_STEP = STEP // timedelta(seconds=1)
_RECORDED = timedelta(days=1)
_COMPUTED = timedelta(hours=6)
"""Length of a query if Prometheus lacks the platform's rules and evaluates them for each minute."""

_NAMES = re.compile(r"gpu_cluster:\w+(?::\w+)?")

Labels = Mapping[str, str]
Key = TypeVar("Key")


def usage_in(period: Period, prometheus: Prometheus, selectors: Selectors) -> MeasuredUsage:
    """`selectors`: labels that select the nodes of each pool. `NoUsageError` without a sample.

    usage_in(period_of("7d", None, now), prometheus_of(stack, api), selectors).nodes
    """
    parts = list(_parts(period, prometheus, selectors))
    gaps = tuple(_gaps(period, parts, prometheus))
    if gaps == (Gap(*period),):
        raise NoUsageError(_nothing(period))

    def hours(name: str, key: Callable[[Labels], Key]) -> dict[Key, Fraction]:
        found: dict[Key, Fraction] = defaultdict(Fraction)
        for part in parts:
            for labels, samples in prometheus.at(_sum(part.expressions[name], part.period), part.period.end):
                found[key(labels)] += Fraction(samples) * _STEP / 3600
        return dict(found)

    return MeasuredUsage(
        start=period.start,
        end=period.end,
        nodes=hours(_NODES, _kind),
        offered=hours(_OFFERED, lambda it: (_kind(it), it.get("resource", ""))),
        held=hours(_HELD, lambda it: (_kind(it), it.get("resource", ""), _holder(it))),
        used=hours(_USED, lambda it: (_kind(it), _holder(it))),
        idle=hours(_IDLE, lambda it: (_kind(it), _holder(it))),
        gaps=gaps,
    )


class _Part(NamedTuple):
    period: Period
    expressions: Mapping[str, str]
    """Expressions by the names of the recorded series."""


def _parts(period: Period, prometheus: Prometheus, selectors: Selectors) -> Iterator[_Part]:
    """Days with recorded series; of other days shorter parts, with what the series are recorded by."""
    rules = expanded_rules(selectors)
    recorded = {name: name for name in (_NODES, _OFFERED, _HELD, _USED, _IDLE)}
    for day in period.parts(_RECORDED):
        if prometheus.at(f"count(last_over_time({_NODES}[{_seconds(day)}s]))", day.end):
            yield _Part(day, recorded)
        else:
            yield from (_Part(part, rules) for part in day.parts(_COMPUTED))


def expanded_rules(selectors: Selectors) -> dict[str, str]:
    """Expressions of the rules of usage by record, each of series of exporters alone."""
    found: dict[str, str] = {}
    for rule in usage_rules(selectors):
        found[rule["record"]] = _NAMES.sub(lambda name: f"({found[name.group()]})", rule["expr"])
    return found


def _sum(expression: str, part: Period) -> str:
    """Sum of one value per minute, after the start and up to the end.

    The range is one second shorter: releases that include both of its ends would count one value more.
    """
    return f"sum_over_time(({expression})[{_seconds(part) - 1}s:{_STEP}s])"


def _gaps(period: Period, parts: Iterable[_Part], prometheus: Prometheus) -> Iterator[Gap]:
    """Minutes without nodes: Prometheus or kube-state-metrics did not run."""
    seen: set[int] = set()
    for (start, end), expressions in parts:
        seen.update(prometheus.moments(f"count({expressions[_NODES]})", start + STEP, end))
    first, last = (int(it.timestamp()) for it in period)
    yield from _ranges(it for it in range(first + _STEP, last + 1, _STEP) if it not in seen)


def _ranges(minutes: Iterable[int]) -> Iterator[Gap]:
    """Minutes by their ends, as periods without a minute between them."""
    start = end = 0
    for minute in minutes:
        if minute - _STEP != end:
            if end:
                yield _gap(start, end)
            start = minute - _STEP
        end = minute
    if end:
        yield _gap(start, end)


def _gap(start: int, end: int) -> Gap:
    return Gap(*(datetime.fromtimestamp(it, UTC) for it in (start, end)))


def _kind(labels: Labels) -> NodeKind:
    market = labels.get("capacity_type", "")
    return NodeKind(
        labels.get("pool", ""), labels.get("instance_type", ""), KARPENTER_MARKETS.get(market, market)
    )


def _holder(labels: Labels) -> Holder:
    return Holder(labels.get("namespace", ""), labels.get("workload", ""))


def _seconds(period: Period) -> int:
    return (period.end - period.start) // timedelta(seconds=1)


def _nothing(period: Period) -> str:
    return (
        f"Prometheus has no samples of kube_node_labels between {period.start:%Y-%m-%d %H:%M} and"
        f" {period.end:%Y-%m-%d %H:%M} UTC: it has kept none of that time, or its kube-state-metrics has not"
        " the labels of docs/cost.md"
    )
