"""Lock file for one process at a time."""

import fcntl
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path, *, waiting: Callable[[], None] | None = None) -> Generator[None]:
    """Wait for the lock and hold it until the process ends at the latest. Its file may be deleted meanwhile.

    `waiting` is called first where another process holds it.
    """
    file = _acquire(path, waiting)
    try:
        yield
    finally:
        os.close(file)


def held_elsewhere(path: Path) -> bool:
    """True if a process holds the lock of this file."""
    file = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _acquire(path: Path, waiting: Callable[[], None] | None) -> int:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)  # a previous holder may have removed the folder
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        except FileNotFoundError:
            pass  # the previous holder deleted the file, so this lock is not valid
        os.close(file)
