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


def test_patience_ends_without_changes(clock: Clock) -> None:
    patience = Patience()
    assert not patience.is_over("a")

    clock.now += 20
    assert patience.is_over("a")
    assert not patience.is_over("b")


def test_patience_lasts_the_given_time(clock: Clock) -> None:
    patience = Patience(60)
    assert not patience.is_over("a")

    clock.now += 50
    assert not patience.is_over("a")
    clock.now += 20
    assert patience.is_over("a")


def test_progress_is_reported_every_ten_seconds(clock: Clock, log: EventLog) -> None:
    told: list[str] = []
    watch = RunWatcher(told.append, "up", lambda: False)
    for _ in range(5):
        clock.now += 6
        assert watch(log)

    assert told == ["  … up: 0 of 0 resources, 12 s", "  … up: 0 of 0 resources, 24 s"]


@pytest.mark.parametrize("is_stuck", [True, False])
def test_stalled_run_is_cancelled_only_if_it_is_stuck(clock: Clock, log: EventLog, is_stuck: bool) -> None:
    watch = RunWatcher(lambda _: None, "up", lambda: is_stuck)
    clock.now += 2
    assert watch(log)

    clock.now += 20
    assert watch(log) is not is_stuck
