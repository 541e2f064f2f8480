"""Start programs, and start them again when they end."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gpu_cluster_tools.real_node.settings import Program

_PAUSE_SECONDS = 1.0


def supervise(programs: Sequence[Program], logs: Path, environment: Mapping[str, str]) -> None:
    """Keep the programs running, and take the exit status of every orphan; it does not return."""
    logs.mkdir(parents=True, exist_ok=True)
    running = {_start(program, logs, environment): program for program in programs}
    while True:
        pid, _ = os.wait()
        if program := running.pop(pid, None):
            time.sleep(_PAUSE_SECONDS)
            running[_start(program, logs, environment)] = program


def _start(program: Program, logs: Path, environment: Mapping[str, str]) -> int:
    with (logs / f"{program.name}.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            program.command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ).pid
