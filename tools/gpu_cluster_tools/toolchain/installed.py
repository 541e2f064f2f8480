"""Tools that the machine already has: an engine, its language host, the Kubernetes provider."""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gpu_cluster.cache_folder import cache_folder
from gpu_cluster_tools.toolchain.engine import plugin_directory
from gpu_cluster_tools.toolchain.tools import KUBERNETES_PROVIDER, PROVIDER_VERSION, PULUMI_VERSION

_FETCH_SECONDS = 300


@dataclass(frozen=True)
class InstalledTool:
    """An executable that is ready to run, and where it comes from: `PATH`, `plugin` or `built`."""

    path: Path
    version: str
    origin: str


def installed_pulumi() -> InstalledTool | None:
    """The engine on PATH when it is not older than the pinned one and of the same major version."""
    path = _which("pulumi")
    if path is None:
        return None
    answer = subprocess.run(  # noqa: S603
        [path, "version"], capture_output=True, text=True, check=False, env=_quiet_environment()
    )
    version = answer.stdout.strip()
    found, wanted = _parts(version), _parts(PULUMI_VERSION)
    if not found or found[0] != wanted[0] or found < wanted:
        return None
    return InstalledTool(path, version, "PATH")


def installed_language_host(pulumi: InstalledTool) -> InstalledTool | None:
    """The language host that an installed engine would start: on PATH, or beside the engine."""
    beside = pulumi.path.resolve().parent
    path = _which("pulumi-language-python") or _which("pulumi-language-python", search=str(beside))
    return InstalledTool(path, pulumi.version, "PATH") if path else None


def installed_kubernetes_provider() -> InstalledTool | None:
    """The provider of the pinned version that the engine has among its plugins, unless it is ours."""
    plugin = plugin_directory()
    # The engine marks an installation that did not finish by a file beside the directory.
    if plugin.with_name(f"{plugin.name}.partial").exists():
        return None
    path = _which(KUBERNETES_PROVIDER.name, search=str(plugin))
    return InstalledTool(path, PROVIDER_VERSION, "plugin") if path else None


def fetch_kubernetes_provider(pulumi: InstalledTool) -> InstalledTool | None:
    """Let the engine download the provider, as it would at its first run; None where it cannot."""
    _, kind, name = KUBERNETES_PROVIDER.name.split("-")
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603
            [pulumi.path, "plugin", "install", kind, name, PROVIDER_VERSION],
            env=_quiet_environment(),
            capture_output=True,
            check=False,
            timeout=_FETCH_SECONDS,
        )
    return installed_kubernetes_provider()


def _which(name: str, *, search: str | None = None) -> Path | None:
    """Look a command up, passing over our own builds."""
    ours = cache_folder().resolve()
    directories = (search or os.environ.get("PATH", os.defpath)).split(os.pathsep)
    found = (shutil.which(name, path=directory) for directory in directories)
    return next(
        (Path(path) for path in found if path and not Path(path).resolve().is_relative_to(ours)), None
    )


def _parts(version: str) -> tuple[int, ...]:
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, match.groups())) if match else ()


def _quiet_environment() -> dict[str, str]:
    return os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "1"}
