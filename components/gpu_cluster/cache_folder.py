"""The part of the user's cache directory that is gpu-cluster's."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """`~/.cache/gpu-cluster`; XDG_CACHE_HOME counts when it is absolute."""
    configured = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = configured if configured.is_absolute() else Path.home() / ".cache"
    return base / "gpu-cluster"
