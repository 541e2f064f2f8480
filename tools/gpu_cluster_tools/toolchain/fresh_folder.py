"""Folders that are written under a temporary name and then renamed."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fresh_folder(beside: Path) -> Generator[Path]:
    """An empty folder beside a path, to be filled and renamed to it; removed if it was not renamed."""
    beside.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=beside.parent))
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
