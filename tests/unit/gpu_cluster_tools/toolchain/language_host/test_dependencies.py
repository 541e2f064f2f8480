import sys
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain.language_host.dependencies import (
    Package,
    Plugin,
    inventory_of,
    required_plugin,
)
from gpu_cluster_tools.toolchain.language_host.interpreter import Options


def package(name: str, version: str = "1.2.3", plugin: Plugin | None = None) -> Package:
    return Package(name=name, version=version, direct=True, plugin=plugin)


def test_inventory_of_this_python_requires_the_kubernetes_provider() -> None:
    options = Options(root=Path(), program=Path(), toolchain="pip", virtualenv=Path(sys.prefix))

    inventory = inventory_of(options)

    packages = {package["name"]: package for package in inventory["packages"]}
    kubernetes = required_plugin(packages["pulumi-kubernetes"])
    assert kubernetes is not None
    assert (kubernetes.name, kubernetes.version, kubernetes.kind) == ("kubernetes", "v4.25.0", "resource")
    assert not packages["pulumi"]["direct"]  # dependency of pulumi-kubernetes
    assert inventory["version"] == ".".join(map(str, sys.version_info[:3]))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (package("pulumi-aws", "7.51.0"), ("aws", "v7.51.0", "")),
        (
            package("acme", plugin={"resource": True, "name": "acme", "version": "2.0.0"}),
            ("acme", "v2.0.0", ""),
        ),
        (
            package("pulumi-acme", plugin={"resource": True, "server": "https://x"}),
            ("acme", "v1.2.3", "https://x"),
        ),
        (package("acme", plugin={"resource": True, "version": "v3.0.0"}), ("acme", "v3.0.0", "")),
    ],
)
def test_package_with_a_plugin_is_detected(given: Package, expected: tuple[str, str, str]) -> None:
    plugin = required_plugin(given)

    assert plugin is not None
    assert (plugin.name, plugin.version, plugin.server) == expected


@pytest.mark.parametrize(
    "given",
    [
        package("requests"),
        package("pulumi"),
        package("pulumi-policy"),
        package("pulumi-aws", "7.51.0a1"),
        package("pulumi-acme", plugin={"resource": False}),
    ],
)
def test_package_without_a_plugin_is_ignored(given: Package) -> None:
    assert required_plugin(given) is None


def test_parameterized_package_passes_its_parameters() -> None:
    plugin = required_plugin(
        package(
            "pulumi-crds",
            plugin={
                "resource": True,
                "name": "terraform-provider",
                "parameterization": {"name": "crds", "version": "1.0.0", "value": "e30="},
            },
        )
    )

    assert plugin is not None
    assert plugin.parameterization.name == "crds"
    assert plugin.parameterization.value == b"{}"
