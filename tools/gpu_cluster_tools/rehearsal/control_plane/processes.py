"""Processes of this machine, found by executable and folder instead of stored process ids.

A remembered id says nothing after a machine restart: it may belong to another program by then.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    parent: int
    command: str
    """File name of the program, such as `etcd`."""
    directory: Path
    """Working directory, under the name it has now."""
    arguments: tuple[str, ...]


def processes(wanted: Callable[[str], bool]) -> Iterator[Process]:
    """Living processes of this user whose command is wanted; zombies are not alive."""
    for entry in _PROC.iterdir():
        if entry.name.isdecimal() and (process := _process(int(entry.name), wanted)):
            yield process


def end(doomed: Iterable[Process], *, grace_seconds: float = 10, by: signal.Signals = signal.SIGTERM) -> None:
    """Ask each process to end, and kill what has not ended after the grace."""
    remaining = [process for process in doomed if _signal(process.pid, by)]
    deadline = time.monotonic() + grace_seconds
    killed = False
    while remaining := [process for process in remaining if alive(process.pid)]:
        if not killed and time.monotonic() > deadline:
            killed = True
            for process in remaining:
                _signal(process.pid, signal.SIGKILL)
        time.sleep(_POLL_SECONDS)


def alive(pid: int) -> bool:
    stat = _stat(pid)
    return stat is not None and stat[0] not in "ZX"


def variable_of(pid: int, name: str) -> str | None:
    """Value of a variable in the environment that a process was started with."""
    try:
        variables = (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return None
    start = f"{name}=".encode()
    return next((os.fsdecode(it.removeprefix(start)) for it in variables if it.startswith(start)), None)


def _process(pid: int, wanted: Callable[[str], bool]) -> Process | None:
    try:
        arguments = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        command, *words = (os.fsdecode(argument) for argument in arguments)
        command = Path(command).name
        if not wanted(command):
            return None
        directory = (_PROC / str(pid) / "cwd").readlink()
    except OSError:  # ended meanwhile, or another user's
        return None
    stat = _stat(pid)
    if stat is None or stat[0] in "ZX":
        return None
    return Process(pid, int(stat[1]), command, Path(str(directory).removesuffix(" (deleted)")), tuple(words))


def _stat(pid: int) -> list[str] | None:
    """State, parent and so on: the fields of /proc/<pid>/stat behind the command."""
    try:
        return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
