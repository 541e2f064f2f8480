"""Cache of built tools, and the validation of its entries.

    <user's cache directory>/gpu-cluster/
      tools/<name>-<digest>/<name>          the executable
      tools/<name>-<digest>/built.json      its expected size, mtime and sha256
      tools/.locks/<name>                   held while a tool is being built
      tools/.building/<name>/               builds in progress, and leftovers of killed builds
      go-build/ go-mod/                     Go's own caches

The digest covers everything that goes into a tool, so a changed pin is another directory.
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from gpu_cluster.cache_folder import cache_folder
from gpu_cluster_tools.toolchain.go import OLDEST_GO
from gpu_cluster_tools.toolchain.tool import Tool
from gpu_cluster_tools.toolchain.tools import MODULES


@dataclass(frozen=True)
class _Record:
    size: int
    mtime_ns: int
    sha256: str


def tool_path(tool: Tool) -> Path:
    """Path of the executable of this tool, with these pins, in the cache."""
    return tools_directory() / f"{tool.name}-{_digest(tool)}" / tool.name


def tools_directory() -> Path:
    return cache_folder() / "tools"


def is_valid(executable: Path) -> bool:
    """True if an executable is unchanged since its build.

    Size and mtime are compared; the content is read only if the mtime differs, as in a copied cache.
    """
    try:
        record = _Record(**json.loads(_record_path(executable).read_text()))
        found = executable.stat()
    except (OSError, ValueError, TypeError):
        return False
    if found.st_size != record.size:
        return False
    if found.st_mtime_ns == record.mtime_ns:
        return True
    if _sha256(executable) != record.sha256:
        return False
    with suppress(OSError):  # a cache we may only read is hashed each time
        os.utime(executable, ns=(found.st_atime_ns, record.mtime_ns))
    return True


@contextmanager
def locked(tool: Tool, *, waiting: Callable[[], None]) -> Generator[None]:
    """Hold the lock of a tool; call `waiting` first when another process holds it.

    The kernel drops the lock of a process that dies.
    """
    lock = tools_directory() / ".locks" / tool.name
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def store(tool: Tool, build: Callable[[Path], Path]) -> Path:
    """Build into a new directory and move the result atomically, with the lock held.

    `build` gets the directory and returns the executable that it created there.
    """
    unfinished = tools_directory() / ".building" / tool.name
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    directory = Path(tempfile.mkdtemp(dir=unfinished))
    finished = directory / "finished"
    finished.mkdir()
    executable = build(directory).rename(finished / tool.name)
    found = executable.stat()
    record = _Record(size=found.st_size, mtime_ns=found.st_mtime_ns, sha256=_sha256(executable))
    _record_path(executable).write_text(json.dumps(asdict(record)) + "\n")

    target = tool_path(tool)
    shutil.rmtree(target.parent, ignore_errors=True)
    finished.rename(target.parent)
    shutil.rmtree(unfinished)
    return target


def _digest(tool: Tool) -> str:
    named = {name: value for name, value in asdict(tool).items() if value != ()}  # what it has none of
    inputs = json.dumps(
        {"tool": named, "go": OLDEST_GO, "platform": [platform.system(), platform.machine()]},
        sort_keys=True,
    )
    digest = hashlib.sha256(inputs.encode())
    module = MODULES / tool.module
    for source in sorted(path for path in module.rglob("*") if path.is_file()):
        digest.update(f"\0{source.relative_to(module)}\0".encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def _record_path(executable: Path) -> Path:
    return executable.with_name("built.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
