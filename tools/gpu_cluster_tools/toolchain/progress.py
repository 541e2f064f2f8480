"""Report what is being built and for how long, as plain lines or as one live line on a terminal."""

import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property

from gpu_cluster_tools.termination import Interruption, name_of
from gpu_cluster_tools.toolchain.estimate import Estimate, in_words

Report = Callable[[str], None]

_GO_ON = "finished builds are kept, and the same command continues"
_CLEAR = "\r\033[K"


def _nothing() -> Sequence[str]:
    return ()


@dataclass
class BuildProgress:
    """Reports the start and end of each step.

    `report` receives finished lines. The default writes them to stderr, where a terminal also shows the
    elapsed time of the running step.
    """

    report: Report | None
    missing: Callable[[], Sequence[str]] = field(default=_nothing)
    """Names of the tools that have to be built, asked for when the first of them is."""

    @cached_property
    def _estimate(self) -> Estimate:
        return Estimate(self.missing())

    def line(self, text: str) -> None:
        if self.report:
            self.report(text)
        else:
            print(text, file=sys.stderr, flush=True)  # noqa: T201

    @contextmanager
    def step(self, title: str, tool: str = "") -> Generator[None]:
        """`tool`: name of the tool that the step builds, whose position and remaining time are shown."""
        try:
            with self._shown(title, tool):
                yield
        except Interruption as error:
            with suppress(OSError):  # the terminal may be gone
                self.line(f"{title} … stopped by {name_of(error)}; {_GO_ON}")
            raise

    @contextmanager
    def _shown(self, title: str, tool: str) -> Generator[None]:
        estimate = self._estimate if tool else None
        started = time.monotonic()

        def state(seconds: float) -> str:
            if estimate is None:
                return elapsed(seconds)
            left = in_words(estimate.left(tool, seconds))
            return f"{estimate.position(tool)}, {elapsed(seconds)}, {left}"

        if self.report is None and sys.stderr.isatty():
            with live_line(title, state):
                yield
        else:
            whole = f" {estimate.position(tool)}, {in_words(estimate.left(tool, 0))}" if estimate else ""
            self.line(f"{title} …{whole}")
            yield
        took = time.monotonic() - started
        if estimate:
            estimate.done(tool, took)
        self.line(f"{title} … {elapsed(took)}")


def elapsed(seconds: float) -> str:
    """Render a duration: `9s`, `3m10s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


@contextmanager
def live_line(title: str, state: Callable[[float], str] = elapsed, *, after: float = 0) -> Generator[None]:
    """Status line on the terminal, removed when the work is done.

    `state`: words for so many seconds. `after`: seconds without a line.
    """
    stop, started = threading.Event(), time.monotonic()

    def show() -> None:
        if stop.wait(timeout=after):
            return
        while True:
            sys.stderr.write(f"{_CLEAR}{title} … {state(time.monotonic() - started)}")
            sys.stderr.flush()
            if stop.wait(timeout=0.5):
                return

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        if time.monotonic() - started >= after:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
