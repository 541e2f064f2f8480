"""Install built tools in the folders that the engine searches.

An engine prefers the language host beside its own executable, and providers among its plugins; tools on PATH
cause a warning at every run.
"""

import hashlib
import os
import pwd
import shlex
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from gpu_cluster_tools.toolchain.cache import tools_directory
from gpu_cluster_tools.toolchain.tools import KUBERNETES_PROVIDER

LANGUAGE_HOST = "pulumi-language-python"


def launcher_beside(pulumi: Path | None, runner: Path) -> Path:
    """An executable that runs our language host on this Python, beside a link to a built engine.

    Without a built engine, the folder has only the launcher, for PATH.
    """
    command = shlex.join(
        [sys.executable, "-P", "-m", "gpu_cluster_tools.toolchain.language_host", str(runner)]
    )
    script = f'#!/bin/sh\nexec {command} "$@"\n'
    digest = hashlib.sha256(f"{pulumi}\n{script}".encode()).hexdigest()[:12]
    directory = tools_directory() / f"engine-{digest}"
    launcher = directory / LANGUAGE_HOST
    directory.mkdir(parents=True, exist_ok=True)
    if not launcher.exists():
        with tempfile.NamedTemporaryFile("w", dir=directory, delete=False) as file:
            file.write(script)
        Path(file.name).chmod(0o755)
        Path(file.name).replace(launcher)
    if pulumi:
        # A hard link: the engine would follow a symbolic one and look beside its target.
        link(pulumi, directory / pulumi.name, os.link)
    return launcher


def link_provider(provider: Path) -> None:
    """Make a built provider one of the engine's plugins."""
    plugin = plugin_directory()
    plugin.mkdir(parents=True, exist_ok=True)
    link(provider, plugin / provider.name, os.symlink)


def plugin_directory() -> Path:
    """Folder in which the engine keeps the provider of the pinned version."""
    name = KUBERNETES_PROVIDER.name.removeprefix("pulumi-")
    return pulumi_home() / "plugins" / f"{name}-{KUBERNETES_PROVIDER.version}"


def pulumi_home() -> Path:
    """Folder of the engine with plugins, credentials and the selected stack of each project."""
    return Path(os.environ.get("PULUMI_HOME") or _home() / ".pulumi")


def _home() -> Path:
    """Home of the user by the password database, which the engine reads instead of HOME."""
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return Path.home()


def link(target: Path, path: Path, make: Callable[[Path, Path], None]) -> None:
    """Make `path` a link to a target, in one step: another engine may be starting the program."""
    if path.exists() and path.samefile(target):
        return
    with tempfile.TemporaryDirectory(dir=path.parent) as directory:
        new = Path(directory) / path.name
        make(target, new)
        new.replace(path)
