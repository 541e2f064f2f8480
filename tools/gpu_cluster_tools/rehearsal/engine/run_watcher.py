"""Progress of a long run, and detection of stalled runs."""

import time
from collections.abc import Callable

from gpu_cluster_tools.rehearsal.engine.event_log import EventLog

Tell = Callable[[str], None]
"""Prints a line."""

STALLED_SECONDS = 12
"""Timeout without changes if all workloads start at once."""

_LOOK_SECONDS = 1  # between two looks at all workloads
_NEWS_SECONDS = 10  # between two lines


class Patience:
    """Timeout that starts again when the observed value changes."""

    def __init__(self, seconds: float = STALLED_SECONDS) -> None:
        self._seconds = seconds
        self._seen: object = None
        self._since = time.monotonic()

    def is_over(self, seen: object) -> bool:
        now = time.monotonic()
        if seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since > self._seconds


class RunWatcher:
    """Watches a run: shows its progress, and ends it if it waits for an event that cannot occur."""

    def __init__(
        self,
        tell: Tell,
        command: str,
        is_stuck: Callable[[], bool],
        patience_seconds: float = STALLED_SECONDS,
    ) -> None:
        """`is_stuck`: whether the engine waits for an event that cannot occur."""
        self._tell = tell
        self._command = command
        self._is_stuck = is_stuck
        self._patience = Patience(patience_seconds)
        self._begun = self._told = self._looked = time.monotonic()

    def __call__(self, log: EventLog) -> bool:
        now = time.monotonic()
        if now - self._told > _NEWS_SECONDS:
            self._told = now
            done, begun = len(log.finished), len(log.begun)
            self._tell(f"  … {self._command}: {done} of {begun} resources, {now - self._begun:.0f} s")
        if now - self._looked < _LOOK_SECONDS:
            return True
        self._looked = now
        stuck, stalled = self._is_stuck(), self._patience.is_over((len(log.begun), len(log.finished)))
        return not (stuck and stalled)
