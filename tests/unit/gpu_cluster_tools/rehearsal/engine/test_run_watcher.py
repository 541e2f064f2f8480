from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.engine import run_watcher
from gpu_cluster_tools.rehearsal.engine.event_log import EventLog
from gpu_cluster_tools.rehearsal.engine.run_watcher import Patience, RunWatcher


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(run_watcher, "time", clock)
    return clock


@pytest.fixture
def log() -> EventLog:
    return EventLog(Path("/nowhere"))


def test_patience_is_over_when_nothing_changes(clock: Clock) -> None:
    patience = Patience()
    assert not patience.is_over("a")

    clock.now += 20
    assert patience.is_over("a")
    assert not patience.is_over("b")


def test_patience_lasts_as_long_as_it_is_told_to(clock: Clock) -> None:
    patience = Patience(60)
    assert not patience.is_over("a")

    clock.now += 50
    assert not patience.is_over("a")
    clock.now += 20
    assert patience.is_over("a")


def test_it_tells_every_ten_seconds_how_far_it_is(clock: Clock, log: EventLog) -> None:
    told: list[str] = []
    watch = RunWatcher(told.append, "up", lambda: False)
    for _ in range(5):
        clock.now += 6
        assert watch(log)

    assert told == ["  … up: 0 of 0 resources, 12 s", "  … up: 0 of 0 resources, 24 s"]


@pytest.mark.parametrize("is_stuck", [True, False])
def test_a_run_that_stalls_goes_on_only_where_something_may_still_come(
    clock: Clock, log: EventLog, is_stuck: bool
) -> None:
    watch = RunWatcher(lambda _: None, "up", lambda: is_stuck)
    clock.now += 2
    assert watch(log)

    clock.now += 20
    assert watch(log) is not is_stuck
