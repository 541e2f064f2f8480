"""Say what is being built and for how long, as plain lines or as one live line on a terminal."""

import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

Report = Callable[[str], None]

_CLEAR = "\r\033[K"


@dataclass(frozen=True)
class BuildProgress:
    """Reports each step when it starts and when it has ended.

    `report` gets finished lines; without one they go to stderr, where a terminal also shows the
    elapsed time of the running step.
    """

    report: Report | None

    def line(self, text: str) -> None:
        if self.report:
            self.report(text)
        else:
            print(text, file=sys.stderr, flush=True)  # noqa: T201

    @contextmanager
    def step(self, title: str) -> Generator[None]:
        started = time.monotonic()
        if self.report is None and sys.stderr.isatty():
            with _live_line(title, started):
                yield
        else:
            self.line(f"{title} …")
            yield
        self.line(f"{title} … {elapsed(time.monotonic() - started)}")


def elapsed(seconds: float) -> str:
    """Render a duration: `9s`, `3m10s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


@contextmanager
def _live_line(title: str, started: float) -> Generator[None]:
    stop = threading.Event()

    def show() -> None:
        while not stop.wait(timeout=0.5):
            sys.stderr.write(f"{_CLEAR}{title} … {elapsed(time.monotonic() - started)}")
            sys.stderr.flush()

    sys.stderr.write(f"{title} …")
    sys.stderr.flush()
    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()
