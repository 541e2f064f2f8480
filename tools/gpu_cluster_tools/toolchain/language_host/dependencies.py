"""Installed packages of a program's Python, and the plugins that they ask the engine for."""

import json
import re
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from pulumi.runtime.proto.plugin_pb2 import PackageDependency, PackageParameterization

from gpu_cluster_tools.toolchain.language_host.interpreter import OptionError, Options

_SCRIPT = Path(__file__).with_name("inventory.py")


class Parameterization(TypedDict):
    name: str
    version: str
    value: str


class Plugin(TypedDict, total=False):
    """A package's pulumi-plugin.json."""

    resource: bool
    name: str
    version: str
    server: str
    parameterization: NotRequired[Parameterization]


class Package(TypedDict):
    name: str
    version: str
    direct: bool
    plugin: Plugin | None


class InstalledPackages(TypedDict):
    executable: str
    version: str
    packages: list[Package]


def inventory_of(options: Options) -> InstalledPackages:
    """Ask the program's Python; `OptionError` where it cannot answer."""
    answer = subprocess.run(  # noqa: S603
        [options.python, "-I", _SCRIPT],
        capture_output=True,
        text=True,
        check=False,
        env=options.environment(),
    )
    if answer.returncode != 0:
        raise OptionError(f"{options.python} cannot list its packages:\n{answer.stderr}")
    return cast(InstalledPackages, json.loads(answer.stdout))


def required_plugin(package: Package) -> PackageDependency | None:
    """The provider plugin that a package comes with, None when it has none.

    A package without pulumi-plugin.json counts by its name, `pulumi-<plugin>`; a pre-release then
    has no plugin version that could be told from the package's.
    """
    plugin = package["plugin"]
    if plugin is None:
        if not package["name"].startswith("pulumi-") or not re.fullmatch(
            r"\d+\.\d+\.\d+", package["version"]
        ):
            return None
        plugin = Plugin(resource=package["name"] != "pulumi-policy")
    if not plugin.get("resource"):
        return None
    given = plugin.get("parameterization")
    return PackageDependency(
        name=plugin.get("name") or package["name"].removeprefix("pulumi-"),
        kind="resource",
        version="v" + (plugin.get("version") or package["version"]).removeprefix("v"),
        server=plugin.get("server", ""),
        parameterization=PackageParameterization(
            name=given["name"], version=given["version"], value=b64decode(given["value"])
        )
        if given
        else None,
    )
