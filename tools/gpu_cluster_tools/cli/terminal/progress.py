"""Progress of long steps on stderr."""

import stat
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from os import fstat

import typer

AFTER = 2.0
"""Seconds after which progress of a step is shown."""


@contextmanager
def working(title: str, *, quiet: bool = False) -> Generator[None]:
    """Show progress of a slow step: a live line on a terminal.

    `quiet`: the output is for a program. A pipe gets no progress.
    """
    if sys.stderr.isatty() and not quiet:
        from gpu_cluster_tools.toolchain.progress import live_line  # loads the toolchain

        with live_line(title, after=AFTER):
            yield
    elif quiet or _is_pipe():
        yield
    else:
        with _plain_line(title):
            yield


@contextmanager
def _plain_line(title: str) -> Generator[None]:
    timer = threading.Timer(AFTER, typer.echo, [f"{title} …"], {"err": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _is_pipe() -> bool:
    """Whether a program reads the output; also true for a stream without a descriptor, as in tests."""
    try:
        return stat.S_ISFIFO(fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError, AttributeError):
        return True
