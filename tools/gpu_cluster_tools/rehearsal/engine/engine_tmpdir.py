"""Temporary folder of the engine and its plugins: in the project, and readable by its user alone.

The Kubernetes provider writes its kubeconfig, with the credentials, to a temporary file and never deletes it
(`writeKubeconfigToFile` in provider/pkg/provider of pulumi-kubernetes v4.25.0). Each run has a folder of its
own, which is deleted at its end. Folders of killed runs are deleted by the next run.
"""

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from gpu_cluster_tools.rehearsal.control_plane import safe_path
from gpu_cluster_tools.rehearsal.control_plane.processes import processes, variable_of
from gpu_cluster_tools.rehearsal.lock import held_elsewhere, locked

TMPDIR = "TMPDIR"
TMPDIRS = "tmp"
"""Name of the folder that has them, in `.local`."""

_LOCK = "lock"
_SHELL = "shell"
_LONGEST = 60  # plugins create sockets two folders below


@dataclass(frozen=True, slots=True)
class EngineTmpdir:
    path: Path
    locks: tuple[int, ...]
    """File descriptors for the engine to inherit: with its plugins it holds the lock of the folder."""


@contextmanager
def engine_tmpdir(project: Path) -> Generator[EngineTmpdir]:
    """Folder for the temporary files of one run, deleted at its end."""
    try:
        run, lock = _create(project)
    except OSError:  # the project is read-only
        with TemporaryDirectory(prefix="gpu-cluster-engine-", ignore_cleanup_errors=True) as folder:
            yield EngineTmpdir(Path(folder), ())
        return
    try:
        yield EngineTmpdir(_safe(run.parent) / run.name, (lock,))
    finally:
        shutil.rmtree(run, ignore_errors=True)
        os.close(lock)
        with suppress(OSError):  # the project was removed
            clear_tmpdirs(project)


def shell_variables(project: Path) -> dict[str, str]:
    """TMPDIR for runs of `pulumi` that a user starts in a shell. It is emptied when none of them runs."""
    folder = _folder(project)
    try:
        with locked(folder / _LOCK):
            safe_path.link(folder, _LONGEST)
            (folder / _SHELL).mkdir(mode=0o700, exist_ok=True)
    except OSError:  # the project is read-only
        return {}
    return {TMPDIR: str(_safe(folder) / _SHELL)}


def clear_tmpdirs(project: Path, *, with_shell: bool = False) -> bool:
    """Delete the folders of runs that have ended. Returns whether there is no other.

    `with_shell`: also that of the shell, if no engine uses it.
    """
    folder = _folder(project)
    if not folder.is_dir():
        return True
    with locked(folder / _LOCK):
        _delete_abandoned(folder)
        if with_shell and not _in_use(folder / _SHELL):
            shutil.rmtree(folder / _SHELL, ignore_errors=True)
        empty = {it.name for it in folder.iterdir()} <= {_LOCK}
        if empty:
            safe_path.unlink(folder, _LONGEST)
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):
                folder.parent.rmdir()  # unless it has other files
    return empty


def remove_tmpdirs(project: Path) -> None:
    """Delete all folders, whether an engine runs or not."""
    safe_path.unlink(_folder(project), _LONGEST)
    shutil.rmtree(_folder(project), ignore_errors=True)


def _create(project: Path) -> tuple[Path, int]:
    """Folder of a new run, and a descriptor that has its lock."""
    if not project.is_dir():
        raise FileNotFoundError(project)
    folder = _folder(project)
    with locked(folder / _LOCK):  # no folder is without its lock for others
        _delete_abandoned(folder)
        safe_path.link(folder, _LONGEST)
        run = Path(mkdtemp(prefix="", dir=folder))
        lock = os.open(run / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return run, lock


def _delete_abandoned(folder: Path) -> None:
    for run in folder.iterdir():
        if run.name == _SHELL:
            _delete_kubeconfigs(run)
        elif run.is_dir() and not ((run / _LOCK).exists() and held_elsewhere(run / _LOCK)):
            shutil.rmtree(run, ignore_errors=True)


def _delete_kubeconfigs(shell: Path) -> None:
    """Delete the files that an ended engine left; other programs of the shell have files beside them."""
    left = list(shell.glob("kubeconfig*"))
    if left and not _in_use(shell):
        for file in left:
            file.unlink(missing_ok=True)


def _in_use(shell: Path) -> bool:
    """Whether an engine or plugin was started with this folder."""
    tmpdir = str(_safe(shell.parent) / _SHELL)
    engines = processes(lambda command: command.startswith("pulumi"))
    return any(variable_of(found.pid, TMPDIR) == tmpdir for found in engines)


def _folder(project: Path) -> Path:
    return project.resolve() / ".local" / TMPDIRS


def _safe(folder: Path) -> Path:
    return safe_path.safe_path(folder, _LONGEST)
