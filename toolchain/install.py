"""Provide every tool: what the machine has is used, the rest is built once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from toolchain.build import Builder
from toolchain.cache import cache_directory, is_valid, locked, store, tool_path
from toolchain.errors import ToolchainError
from toolchain.go import find_go
from toolchain.installed import (
    Found,
    installed_kubernetes_provider,
    installed_language_host,
    installed_pulumi,
)
from toolchain.language_host.launcher import LAUNCHER, write_launcher
from toolchain.progress import Progress, Report
from toolchain.tools import CONTROL_PLANE, KUBERNETES_PROVIDER, LANGUAGE_EXEC, PULUMI, Tool


@dataclass(frozen=True)
class Toolchain:
    """Tools that are ready to run.

    toolchain = install()
    subprocess.run([toolchain.path("pulumi"), "preview"], env=toolchain.environment())
    """

    tools: Mapping[str, Found]

    def path(self, name: str) -> Path:
        return self.tools[name].path

    def environment(self) -> dict[str, str]:
        """Return this process's environment, changed so that the engine finds what was built for it."""
        ours = [str(found.path.parent) for found in self.tools.values() if found.origin == "built"]
        inherited = os.environ.get("PATH", os.defpath).split(os.pathsep)
        search = [*ours, *(directory for directory in inherited if directory not in ours)]
        environment = os.environ | {"PATH": os.pathsep.join(search), "PULUMI_SKIP_UPDATE_CHECK": "1"}
        environment.pop(
            "PULUMI_IGNORE_AMBIENT_PLUGINS", None
        )  # plugins on PATH are how the engine finds ours
        return environment


def install(report: Report | None = None) -> Toolchain:
    """Return the tools, after building those that are missing.

    The control plane is always the pinned one. `report` gets lines about what is built; by default
    they go to stderr. Raises ToolchainError.
    """
    workshop = _Workshop(Progress(report))
    tools: dict[str, Found] = {}
    pulumi = installed_pulumi()
    tools["pulumi"] = pulumi or workshop.provide(PULUMI)
    host = installed_language_host(pulumi) if pulumi else None
    if host is None:
        executable = workshop.provide(LANGUAGE_EXEC)
        host = Found(write_launcher(executable.path), executable.version, "built")
    tools[LAUNCHER] = host
    for tool in CONTROL_PLANE:
        tools[tool.name] = workshop.provide(tool)
    provider = installed_kubernetes_provider()
    tools[KUBERNETES_PROVIDER.name] = provider or workshop.provide(KUBERNETES_PROVIDER)
    return Toolchain(tools)


@dataclass(frozen=True)
class _Workshop:
    progress: Progress

    @cached_property
    def builder(self) -> Builder:
        return Builder(find_go(cache_directory()))

    def provide(self, tool: Tool) -> Found:
        found = Found(tool_path(tool), tool.version, "built")
        if is_valid(found.path):
            return found
        try:
            with locked(
                tool, waiting=lambda: self.progress.line(f"waiting for another build of {tool.name}")
            ):
                if not is_valid(found.path):
                    with self.progress.step(f"building {tool.name} {tool.version}"):
                        store(tool, lambda directory: self.builder.build(tool, directory))
        except OSError as error:
            raise ToolchainError(
                f"{tool.name} could not be built into {cache_directory()}: {error}"
            ) from error
        return found
