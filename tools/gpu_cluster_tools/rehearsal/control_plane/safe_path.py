"""Path that is safe for kwokctl, which splits arguments at spaces, quotes and commas, and for Unix sockets.

The path of a Unix socket has at most 107 bytes (man 7 unix), so the path of a folder with sockets is shorter.
"""

import hashlib
import os
import re
from pathlib import Path

_LINKS = Path("/tmp")  # noqa: S108  the same for every run, unlike $TMPDIR
_LONGEST = 80
_PLAIN = re.compile(r"[A-Za-z0-9_./+-]+")


def safe_path(folder: Path, longest: int = _LONGEST) -> Path:
    """The folder itself, or the path of a short link to it without spaces."""
    if _PLAIN.fullmatch(str(folder)) and len(str(folder)) <= longest:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return _LINKS / f"gpu-cluster-{os.getuid()}-{digest}"


def link(folder: Path, longest: int = _LONGEST) -> None:
    """Link the plain path to the folder, and refuse links that others created."""
    safe = safe_path(folder, longest)
    if safe == folder or _is_own(safe, folder):
        return
    safe.unlink(missing_ok=True)
    safe.symlink_to(folder)


def unlink(folder: Path, longest: int = _LONGEST) -> None:
    """Remove the link, if there is one."""
    if safe_path(folder, longest) != folder:
        safe_path(folder, longest).unlink(missing_ok=True)


def _is_own(link: Path, folder: Path) -> bool:
    return link.is_symlink() and link.readlink() == folder and link.lstat().st_uid == os.getuid()
