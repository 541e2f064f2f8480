"""Long steps of a command, said on stderr while they last."""

import stat
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from os import fstat

import typer

from gpu_cluster_tools.toolchain.progress import live_line

AFTER = 2.0
"""Seconds that a step may take before it is said."""


@contextmanager
def working(title: str, *, quiet: bool = False) -> Generator[None]:
    """Say what is being done where it takes long: a live line on a terminal, or one plain line.

    `quiet`: the output is for a program. A pipe gets no line either.
    """
    if sys.stderr.isatty() and not quiet:
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
    """Whether a program reads the output; one without a descriptor, as in a test, is read by one too."""
    try:
        return stat.S_ISFIFO(fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError, AttributeError):
        return True
