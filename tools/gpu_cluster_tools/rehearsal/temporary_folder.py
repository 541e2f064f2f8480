"""Temporary folders of rehearsals outside of a checkout, and those that killed rehearsals have left."""

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from gpu_cluster_tools.rehearsal.lock import held_elsewhere, locked
from gpu_cluster_tools.rehearsal.sandbox import Sandbox
from gpu_cluster_tools.termination import signals_ignored

PROJECT = "project"
_PREFIX = "gpu-cluster-rehearsal-"
_LOCK = "lock"


@contextmanager
def temporary_folder() -> Generator[Path]:
    """A folder for one project, in `PROJECT` below it. Those of killed rehearsals are removed first."""
    for abandoned in _abandoned():
        for sandbox in Sandbox.all_of(abandoned / PROJECT):
            sandbox.remove()
        shutil.rmtree(abandoned, ignore_errors=True)
    folder = Path(mkdtemp(prefix=_PREFIX))
    with locked(folder / _LOCK):
        try:
            yield folder
        finally:
            with signals_ignored():
                shutil.rmtree(folder, ignore_errors=True)


def _abandoned() -> Iterator[Path]:
    """Folders of this user whose process has ended; one without a lock is being created."""
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*"):
        own = not folder.is_symlink() and folder.stat().st_uid == os.getuid()
        if own and (folder / _LOCK).exists() and not held_elsewhere(folder / _LOCK):
            yield folder
