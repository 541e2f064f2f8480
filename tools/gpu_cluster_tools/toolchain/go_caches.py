"""Go's own caches and the C compiler: gigabytes that a build needs and a built tool does not."""

import fcntl
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gpu_cluster_tools.toolchain.c_compiler import compiler_folder

_LOCK = "go.lock"


def build_cache(cache: Path) -> Path:
    return cache / "go-build"


def module_cache(cache: Path) -> Path:
    return cache / "go-mod"


@contextmanager
def kept(cache: Path) -> Generator[None]:
    """Hold the caches while something is being built with them."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def drop(cache: Path) -> None:
    """Remove the caches, unless another process builds with them; the last one to finish removes them."""
    with (cache / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        shutil.rmtree(build_cache(cache), ignore_errors=True)
        shutil.rmtree(module_cache(cache), ignore_errors=True)
        shutil.rmtree(compiler_folder(cache), ignore_errors=True)
