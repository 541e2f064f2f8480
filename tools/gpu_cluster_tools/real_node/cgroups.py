"""Control groups of real nodes, by a name that belongs to one checkout and node."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_SECONDS = 10


def cgroup_of(folder: Path, node: str) -> str:
    return f"{_prefix(folder)}{node}"


def create_cgroup(name: str) -> None:
    """Create the group in every hierarchy, since the kubelet wants its root to exist."""
    for hierarchy in _hierarchies():
        (hierarchy / name).mkdir(exist_ok=True)


def remove_cgroups(folder: Path) -> None:
    """Remove those of all nodes of a folder, once their processes have ended."""
    deadline = time.monotonic() + _SECONDS
    while left := [path for root in _hierarchies() for path in root.glob(f"{_prefix(folder)}*")]:
        for path in left:
            for each, _, _ in os.walk(path, topdown=False):
                with suppress(OSError):  # processes that were killed are still there
                    Path(each).rmdir()
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)


def _prefix(folder: Path) -> str:
    return f"gpu-cluster-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]}-"


def _hierarchies() -> Iterator[Path]:
    """The hierarchy of version 2, or those of each controller of version 1."""
    if (_ROOT / "cgroup.controllers").exists():
        yield _ROOT
        return
    for entry in sorted(_ROOT.iterdir()):
        if entry.is_dir() and not entry.is_symlink() and (entry / "cgroup.procs").exists():
            yield entry
