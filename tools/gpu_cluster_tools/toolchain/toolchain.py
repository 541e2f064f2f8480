"""Provide every tool: installed ones are used, others are built once."""

import os
import pwd
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from gpu_cluster.cache_folder import cache_folder
from gpu_cluster_tools.toolchain import go_caches
from gpu_cluster_tools.toolchain.build import Builder
from gpu_cluster_tools.toolchain.cache import is_valid, locked, store, tool_path
from gpu_cluster_tools.toolchain.engine import LANGUAGE_HOST, launcher_beside, link_provider, plugin_directory
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.go import find_go
from gpu_cluster_tools.toolchain.installed import (
    InstalledTool,
    fetch_kubernetes_provider,
    installed_kubernetes_provider,
    installed_language_host,
    installed_pulumi,
)
from gpu_cluster_tools.toolchain.progress import BuildProgress, Report
from gpu_cluster_tools.toolchain.tool import Tool
from gpu_cluster_tools.toolchain.tools import KUBERNETES_PROVIDER, LANGUAGE_EXEC, PINNED, PULUMI

AT_ONCE = 32
"""Operations that the engine works on at once: most of them wait for a cloud, and take no processor."""

_QUIET = {"PULUMI_SKIP_UPDATE_CHECK": "1", "PULUMI_SUPPRESS_NEO_LINK": "true"}  # both talk of a service


@dataclass(frozen=True)
class Toolchain:
    """Tools that are ready to run.

    toolchain = install()
    subprocess.run([toolchain.path("pulumi"), "preview"], env=toolchain.environment())
    """

    tools: Mapping[str, InstalledTool]

    def path(self, name: str) -> Path:
        return self.tools[name].path

    def environment(self) -> dict[str, str]:
        """Environment of the process, with the built engine first on PATH."""
        engine = (self.tools[name] for name in (PULUMI.name, LANGUAGE_HOST))
        ours = dict.fromkeys(str(found.path.parent) for found in engine if found.origin == "built")
        search = os.pathsep.join([*ours, os.environ.get("PATH", os.defpath)])
        parallel = {"PULUMI_PARALLEL": os.environ.get("PULUMI_PARALLEL", str(AT_ONCE))}
        return os.environ | _past_proxies() | _user() | {"PATH": search, **_QUIET, **parallel}


def install(report: Report | None = None, *, also: Sequence[Tool] = ()) -> Toolchain:
    """The tools, after building those that are missing.

    The control plane always has the pinned version. `report` receives progress lines; the default is stderr.
    `also` are tools that only some tasks need, such as `AWS_PROVIDER`.
    `ToolchainError` if a tool cannot be provided.
    """
    installer = _Installer(BuildProgress(report, partial(_missing, also)), cache_folder())
    try:
        tools = _engine(installer)
        tools |= {tool.name: installer.provide(tool) for tool in (*PINNED, *also)}
        tools[KUBERNETES_PROVIDER.name] = _kubernetes_provider(installer, tools[PULUMI.name])
        if installer.was_needed:
            go_caches.drop(installer.cache)
    except OSError as error:
        raise ToolchainError(
            f"The tools could not be written to {installer.cache} and {plugin_directory()}: {error}\n"
            "What to do: make both writable, or set XDG_CACHE_HOME and PULUMI_HOME."
        ) from error
    return Toolchain(tools)


def ready_engine() -> Toolchain:
    """Engine and language host for read-only commands: nothing is built or downloaded.

    `ToolchainError` if they would have to be built.
    """
    engine = {name: found for name, found in present().items() if name in (PULUMI.name, LANGUAGE_EXEC.name)}
    missing = [name for name, found in engine.items() if found is None]
    if missing:
        raise ToolchainError(
            f"{' and '.join(missing)} are not built, and this command is read-only.\n"
            "What to do: install Pulumi, or build once with `make toolchain` or `gpu-cluster up`."
        )
    return Toolchain(_engine(_Installer(BuildProgress(None), cache_folder())))


def provide(tool: Tool, report: Report | None = None) -> Path:
    """One tool, such as a witness of the tests; built if it is missing."""
    return _Installer(BuildProgress(report), cache_folder()).provide(tool).path


def is_built(tool: Tool) -> bool:
    """Whether a tool is in the cache, so that providing it takes no time."""
    return _built(tool) is not None


def present() -> dict[str, InstalledTool | None]:
    """Every tool that `install` would provide, and None for tools that it would build or download."""
    pulumi = installed_pulumi()
    host = installed_language_host(pulumi) if pulumi else None
    engine = {PULUMI.name: pulumi if pulumi and host else _built(PULUMI)}
    if not host:
        engine[LANGUAGE_EXEC.name] = _built(LANGUAGE_EXEC)
    provider = installed_kubernetes_provider() or _built(KUBERNETES_PROVIDER)
    pinned = {tool.name: _built(tool) for tool in PINNED}
    return {**engine, **pinned, KUBERNETES_PROVIDER.name: provider}


def builder() -> Path:
    """The Go that would build missing tools. `ToolchainError` if none is new enough."""
    return find_go(cache_folder()).executable


def tools_folder() -> Path:
    """Folder in which tools are built and cached."""
    return cache_folder()


def _missing(also: Sequence[Tool]) -> list[str]:
    """Names of the tools that `install` would have to build or fetch."""
    further = {tool.name: _built(tool) for tool in also}
    return [name for name, found in (present() | further).items() if found is None]


def _built(tool: Tool) -> InstalledTool | None:
    path = tool_path(tool)
    return InstalledTool(path, tool.version, "built") if is_valid(path) else None


def _user() -> dict[str, str]:
    """USER of a user whom the password database does not have: the engine ends without it."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return {"USER": os.environ.get("USER") or str(os.getuid())}
    return {}


def _past_proxies() -> dict[str, str]:
    """Exempt this machine from a configured proxy: the engine and its plugins are servers on it.

    Both spellings are set: gRPC reads the lower-case one first and Go the upper-case one.
    """
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    given = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    exempt = ",".join(filter(None, [given, "127.0.0.1", "localhost"]))
    return {"no_proxy": exempt, "NO_PROXY": exempt}


def _engine(installer: "_Installer") -> dict[str, InstalledTool]:
    installed = installed_pulumi()
    host = installed_language_host(installed) if installed else None
    if installed and host:
        return {PULUMI.name: installed, LANGUAGE_HOST: host}
    built = None if installed else installer.provide(PULUMI).path
    runner = installer.provide(LANGUAGE_EXEC)
    launcher = launcher_beside(built, runner.path)
    return {
        PULUMI.name: installed or InstalledTool(launcher.with_name(PULUMI.name), PULUMI.version, "built"),
        LANGUAGE_HOST: InstalledTool(launcher, runner.version, "built"),
        LANGUAGE_EXEC.name: runner,
    }


def _kubernetes_provider(installer: "_Installer", pulumi: InstalledTool) -> InstalledTool:
    """Prefer an installed plugin; an installed engine may download one in less time than a build takes."""
    provider = installed_kubernetes_provider()
    if provider is None and pulumi.origin == "PATH" and not is_valid(tool_path(KUBERNETES_PROVIDER)):
        with installer.progress.step(f"fetching {KUBERNETES_PROVIDER.name} {KUBERNETES_PROVIDER.version}"):
            provider = fetch_kubernetes_provider(pulumi)
    if provider is None:
        provider = installer.provide(KUBERNETES_PROVIDER)
        link_provider(provider.path)
    return provider


@dataclass(frozen=True)
class _Installer:
    progress: BuildProgress
    cache: Path

    @cached_property
    def builder(self) -> Builder:
        return Builder(find_go(self.cache))

    @property
    def was_needed(self) -> bool:
        """True if a tool had to be built."""
        return "builder" in vars(self)

    def provide(self, tool: Tool) -> InstalledTool:
        found = InstalledTool(tool_path(tool), tool.version, "built")
        if is_valid(found.path):
            return found
        with locked(tool, waiting=lambda: self.progress.line(f"waiting for another build of {tool.name}")):
            if not is_valid(found.path):
                with (
                    self.progress.step(f"building {tool.name} {tool.version}", tool.name),
                    go_caches.kept(self.cache),
                ):
                    store(tool, lambda directory: self.builder.build(tool, directory))
        return found
