"""Volumes of class host-path: folders of this machine that the controller-manager's provisioner creates."""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path("/tmp/hostpath_pv")  # noqa: S108  the provisioner has no other
_VOLUME = re.compile(rb"/tmp/hostpath_pv/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def volumes_in(data: Path) -> list[Path]:
    """Folders of volumes, found in etcd's files since etcd itself may be dead."""
    found: set[bytes] = set()
    for file in data.rglob("*"):
        if file.is_file():
            found.update(_VOLUME.findall(file.read_bytes()))
    return [FOLDER / name.decode() for name in sorted(found)]


def remove(volumes: Iterable[Path]) -> None:
    """Delete volumes, and their folder if no other platform of this machine has volumes there."""
    for volume in volumes:
        shutil.rmtree(volume, ignore_errors=True)
    try:
        FOLDER.rmdir()
    except OSError:  # missing, or not empty
        return


def blocked(folder: Path = FOLDER) -> str | None:
    """Reason why no volume can be created: a platform of another user created the folder first."""
    if not folder.exists() or os.access(folder, os.W_OK | os.X_OK):
        return None
    return (
        f"{folder}, in which volumes of class host-path are created, belongs to {_owner(folder)}; "
        "hint: remove it once that user has no platform on this machine"
    )


def _owner(folder: Path) -> str:
    try:
        return folder.owner()
    except KeyError:
        return f"user {folder.stat().st_uid}"
