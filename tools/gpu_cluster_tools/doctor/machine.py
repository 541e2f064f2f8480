"""Checks of the machine: Python, tools, and disk space to build missing ones."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from gpu_cluster_tools.doctor.check import Check, Group
from gpu_cluster_tools.toolchain import ToolchainError, builder, present, tools_folder

_OLDEST_PYTHON = (3, 11)
_TO_BUILD_GB = 16
"""Disk of the first build (docs/toolchain.md)."""

_TO_RUN_GB = 2
"""Tools, logs and the state of a control plane."""

_MACHINE = Group("machine")


def machine(project: Path) -> Iterator[Check]:
    yield _python()
    yield _lock(project)
    tools = present()
    missing = sorted(name for name, found in tools.items() if found is None)
    origins = {name: found for name, found in tools.items() if found}
    engine = origins.get("pulumi")
    if engine:
        yield _MACHINE.ok("engine", f"pulumi {engine.version} ({engine.origin})")
    if missing:
        yield _MACHINE.warn(
            "tools",
            f"{len(missing)} of {len(tools)} are not built yet: {', '.join(missing)}",
            "`make up` builds them once in about 20 minutes; validate, plan, check and cost do not need them",
        )
        yield _compiler()
    else:
        yield _MACHINE.ok("tools", f"all {len(tools)} are installed at the pinned versions")
    yield _disk(_TO_BUILD_GB if missing else _TO_RUN_GB)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < _OLDEST_PYTHON:
        return _MACHINE.fail("Python", f"{version}, which is older than 3.11", "make PYTHON=python3.11 up")
    return _MACHINE.ok("Python", version)


def _lock(project: Path) -> Check:
    """Whether the installed versions are the locked ones: make writes `ready` after the installation."""
    ready, locked = project / ".venv" / "ready", project / "requirements.txt"
    if not ready.exists() or not locked.exists():
        return _MACHINE.skip("packages", "not installed by make, so their versions were not checked")
    if ready.stat().st_mtime < locked.stat().st_mtime:
        return _MACHINE.warn("packages", "older than requirements.txt", "make .venv/ready")
    return _MACHINE.ok("packages", "installed as locked in requirements.txt")


def _compiler() -> Check:
    try:
        go = builder()
    except ToolchainError as error:
        found, _, advice = str(error).partition("\nWhat to do: ")
        return _MACHINE.fail("Go", found, advice)
    return _MACHINE.ok("Go", str(go))


def _disk(wanted: int) -> Check:
    folder = tools_folder()
    above = next(it for it in (folder, *folder.parents) if it.exists())
    free = shutil.disk_usage(above).free / 10**9
    if free < wanted:
        return _MACHINE.fail(
            "disk",
            f"{free:.0f} GB are free for {folder}, {wanted} GB needed",
            "free disk space, or set XDG_CACHE_HOME",
        )
    return _MACHINE.ok("disk", f"{free:.0f} GB are free, {wanted} GB needed")
