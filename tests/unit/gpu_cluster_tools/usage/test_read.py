"""Sums of known answers; a real Prometheus: tests/witnesses/test_actual_cost.py."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from gpu_cluster.cost import Gap, Holder, NodeKind
from gpu_cluster_tools.usage.period import Period
from gpu_cluster_tools.usage.prometheus import NoUsageError, Prometheus
from gpu_cluster_tools.usage.read import expanded_rules, usage_in

START = datetime(2026, 11, 20, tzinfo=UTC)
DAYS = Period(START, START + timedelta(days=2))
L4 = {"pool": "l4", "instance_type": "g6.4xlarge", "capacity_type": "spot"}


class Answers(Prometheus):
    """Samples of two days: `recorded` days have series of the platform, others those of exporters."""

    def __init__(self, recorded: tuple[int, ...] = (0, 1), silent: tuple[int, ...] = ()) -> None:
        self.recorded, self.silent = recorded, silent
        self.asked: list[tuple[str, datetime]] = []

    def at(self, expression: str, moment: datetime) -> list[tuple[Mapping[str, str], float]]:
        self.asked.append((expression, moment))
        if expression.startswith("count(last_over_time"):
            day = (moment - START - timedelta(minutes=1)) // timedelta(days=1)
            return [({}, 1)] if day in self.recorded else []
        [(seconds, step)] = re.findall(r"\)\[(\d+)s:(\d+)s\]\)$", expression)
        minutes = (int(seconds) + 1) // int(step)
        if "held" in expression:
            return [
                ({**L4, "resource": "nvidia_com_gpu", "namespace": "serving", "workload": "chat"}, minutes)
            ]
        return [(L4, 2 * minutes)] if "nodes:by_kind" in expression or "count by" in expression else []

    def moments(self, expression: str, start: datetime, end: datetime) -> list[int]:
        times = range(int(start.timestamp()), int(end.timestamp()) + 1, 60)
        return [it for it in times if (it - int(START.timestamp())) // 60 not in self.silent]


def test_minute_samples_add_up_to_hours() -> None:
    usage = usage_in(DAYS, Answers(), {})
    kind = NodeKind("l4", "g6.4xlarge", "SPOT")
    assert usage.nodes == {kind: 96}
    assert usage.held == {(kind, "nvidia_com_gpu", Holder("serving", "chat")): 48}
    assert (usage.gaps, usage.coverage) == ((), 1)


def test_day_without_recorded_series_is_computed_from_exporters() -> None:
    prometheus = Answers(recorded=(1,))
    usage_in(DAYS, prometheus, {})
    nodes = [(it, moment) for it, moment in prometheus.asked if it.startswith("sum_over_time((count by")]
    assert [(moment - START) // timedelta(hours=1) for _, moment in nodes] == [6, 12, 18, 24]
    [(recorded, moment)] = [it for it in prometheus.asked if "(gpu_cluster:nodes:by_kind)[" in it[0]]
    assert recorded == "sum_over_time((gpu_cluster:nodes:by_kind)[86399s:60s])"
    assert moment == DAYS.end


def test_exporter_expressions_contain_no_recorded_series() -> None:
    assert not [it for it in expanded_rules({}).values() if "gpu_cluster:" in it]


def test_minutes_without_nodes_are_gaps() -> None:
    usage = usage_in(DAYS, Answers(silent=(1, 2, 100, 2880)), {})
    assert usage.gaps == (
        Gap(START, START + timedelta(minutes=2)),
        Gap(START + timedelta(minutes=99), START + timedelta(minutes=100)),
        Gap(DAYS.end - timedelta(minutes=1), DAYS.end),
    )
    assert usage.covered_hours == 48 - Fraction(4, 60)


def test_period_without_samples_is_an_error() -> None:
    with pytest.raises(NoUsageError, match="no samples of kube_node_labels between 2026-11-20 00:00"):
        usage_in(DAYS, Answers(silent=tuple(range(2881))), {})
