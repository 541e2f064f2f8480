"""Processor time of commands."""

import os
import resource
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def processor_seconds(
    command: Sequence[str], folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> float:
    """Seconds of a command and its children; it may end with findings."""
    return spent(
        lambda: subprocess.run(
            command,
            cwd=folder,
            env=os.environ | (environment or {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    )


def spent(action: Callable[[], object]) -> float:
    """Processor seconds of all processes that an action starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    action()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
