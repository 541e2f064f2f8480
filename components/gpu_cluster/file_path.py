"""Paths that a user wrote: symbolic links may lead to themselves, and names may be too long."""

import os
from contextlib import suppress
from pathlib import Path


def real_path(path: Path) -> Path:
    """Absolute path with its symbolic links resolved; one that leads to itself stays.

    `Path.resolve` raises RuntimeError for such a link before Python 3.13.
    """
    return Path(os.path.realpath(path))


def in_home(path: Path) -> Path:
    """The path with `~` or `~user` replaced by the home folder; as it is if that is not known."""
    with suppress(RuntimeError):
        return path.expanduser()
    return path


def is_file(path: Path) -> bool:
    """Whether there is a file; False also for a path that the operating system refuses."""
    with suppress(OSError):
        return path.is_file()
    return False


def is_folder(path: Path) -> bool:
    """Whether there is a folder; False also for a path that the operating system refuses."""
    with suppress(OSError):
        return path.is_dir()
    return False
