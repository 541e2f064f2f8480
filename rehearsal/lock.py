"""One process at a time."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Wait for the lock and hold it, at most as long as the process lives. Its file may be deleted inside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _acquire(path)
    try:
        yield
    finally:
        os.close(file)


def _acquire(path: Path) -> int:
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        except FileNotFoundError:
            pass  # whoever held it deleted it: what we hold is nobody's lock
        os.close(file)
