"""Imports flow one way: each package uses only those below it, and no two use each other."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
ROOTS = {
    "gpu_cluster": "components",
    "gpu_cluster_policies": "policies",
    "gpu_cluster_tools": "tools",
    **dict.fromkeys(("stacks", "docs", "dashboards", "bench"), ""),
}
"""The source root of each package."""

_SETTINGS = "gpu_cluster.catalog gpu_cluster.config gpu_cluster.capacity"
_RESULTS = f"{_SETTINGS} gpu_cluster.stack gpu_cluster.unknown gpu_cluster.plan gpu_cluster.cost"
USES = {
    "gpu_cluster.unknown": "",
    "gpu_cluster.cache_folder": "",
    "gpu_cluster.file_path": "",
    "gpu_cluster.catalog": "gpu_cluster.unknown",
    "gpu_cluster.config": "gpu_cluster.catalog.kubernetes_kinds",
    "gpu_cluster.capacity": "gpu_cluster.catalog gpu_cluster.config",
    "gpu_cluster.stack": f"{_SETTINGS} gpu_cluster.cache_folder gpu_cluster.file_path",
    "gpu_cluster.images": "gpu_cluster.catalog",
    "gpu_cluster.exemption": "gpu_cluster.config",
    "gpu_cluster.kubernetes": (f"{_SETTINGS} gpu_cluster.exemption gpu_cluster.file_path gpu_cluster.images"),
    "gpu_cluster.aws": f"{_SETTINGS} gpu_cluster.exemption gpu_cluster.images gpu_cluster.kubernetes",
    "gpu_cluster": "gpu_cluster",
    "gpu_cluster_policies": (
        f"{_RESULTS} gpu_cluster.exemption gpu_cluster.component_exemptions gpu_cluster.file_path "
        "gpu_cluster.project"
    ),
    "gpu_cluster_tools.bearer_token": "",
    "gpu_cluster_tools.termination": "",
    "gpu_cluster_tools.toolchain": "gpu_cluster.cache_folder gpu_cluster_tools.termination",
    "gpu_cluster_tools.diagram": _SETTINGS,
    "gpu_cluster_tools.existing_objects": "gpu_cluster.plan gpu_cluster.stack",
    "gpu_cluster_tools.scaffold": (
        f"{_SETTINGS} gpu_cluster.stack gpu_cluster_policies "
        "gpu_cluster.program"  # imported by the files of a new project
    ),
    "gpu_cluster_tools.schedule": f"{_SETTINGS} gpu_cluster.plan gpu_cluster_tools.toolchain",
    "gpu_cluster_tools.reports": f"{_RESULTS} gpu_cluster_policies gpu_cluster_tools.schedule",
    "gpu_cluster_tools.throughput": (
        f"{_SETTINGS} gpu_cluster.cost gpu_cluster.images"  # no plan: estimates depend only on settings
    ),
    "gpu_cluster_tools.doctor": (
        f"{_SETTINGS} gpu_cluster.file_path gpu_cluster.project gpu_cluster.stack gpu_cluster.aws.tags "
        "gpu_cluster.kubernetes.storage gpu_cluster.plan gpu_cluster_tools.existing_objects "
        "gpu_cluster_tools.toolchain"
    ),
    "gpu_cluster_tools.rehearsal": (
        f"{_SETTINGS} gpu_cluster.file_path gpu_cluster.project gpu_cluster.stack gpu_cluster.plan "
        "gpu_cluster_tools.schedule gpu_cluster_tools.termination gpu_cluster_tools.toolchain"
    ),
    "gpu_cluster_tools.review": (
        f"{_RESULTS} gpu_cluster.file_path gpu_cluster_policies gpu_cluster_tools.bearer_token "
        "gpu_cluster_tools.existing_objects gpu_cluster_tools.schedule gpu_cluster_tools.toolchain"
    ),
    "gpu_cluster_tools": "gpu_cluster gpu_cluster_policies gpu_cluster_tools",
    "stacks": "gpu_cluster",
}


def files_of(package: str) -> list[Path]:
    path = PROJECT / ROOTS[package.split(".")[0]] / package.replace(".", "/")
    return [path.with_suffix(".py")] if path.with_suffix(".py").is_file() else sorted(path.rglob("*.py"))


def imports(package: str) -> Iterator[str]:
    """Dotted names imported by packages of the project, with the imported names."""
    for file in files_of(package):
        for node in ast.walk(ast.parse(file.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in names if name.split(".")[0] in ROOTS)


def parts_of(package: str) -> list[str]:
    """The packages and modules in a package."""
    folder = PROJECT / ROOTS[package.split(".")[0]] / package.replace(".", "/")
    found = [it for it in folder.iterdir() if (it / "__init__.py").exists() or it.suffix == ".py"]
    return sorted(f"{package}.{it.stem}" for it in found if not it.stem.startswith("__"))


def without_circles(uses: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The cycle that remains after packages without imports are removed repeatedly."""
    left = dict(uses)
    while free := {part for part, used in left.items() if not used & left.keys()}:
        left = {part: used for part, used in left.items() if part not in free}
    return left


@pytest.mark.parametrize("package", USES)
def test_package_imports_only_lower_packages(package: str) -> None:
    files = files_of(package)
    assert files
    allowed = (package, *USES[package].split())
    own = set(imports(package))
    assert {name for name in own if not any(f"{name}.".startswith(f"{low}.") for low in allowed)} == set()


@pytest.mark.parametrize(
    "whole", ["gpu_cluster", "gpu_cluster.aws", "gpu_cluster.kubernetes", "gpu_cluster_tools"]
)
def test_parts_of_a_package_have_no_import_cycles(whole: str) -> None:
    parts = parts_of(whole)
    assert len(parts) > 5
    uses = {
        part: {
            other
            for other in parts
            if other != part and any(f"{name}.".startswith(f"{other}.") for name in imports(part))
        }
        for part in parts
    }
    assert sum(map(len, uses.values())) > 5
    assert without_circles(uses) == {}


def test_import_cycle_is_detected() -> None:
    assert without_circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}).keys() == {"a", "b", "c"}


def test_library_imports_neither_policies_nor_tools() -> None:
    assert {name.split(".")[0] for name in imports("gpu_cluster")} == {"gpu_cluster"}
    assert {name.split(".")[0] for name in imports("gpu_cluster_policies")} == {
        "gpu_cluster",
        "gpu_cluster_policies",
    }
