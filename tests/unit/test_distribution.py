"""The installed wheel adds three packages to an environment."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
_START = """
import sys, gpu_cluster_policies
from gpu_cluster_tools.cli.main import run
print(gpu_cluster_policies.__file__, file=sys.stderr)
run()
"""
PACKAGES = {
    "gpu_cluster": "components",
    "gpu_cluster_policies": "policies",
    "gpu_cluster_tools": "tools",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    [file] = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_wheel_contains_three_packages_and_no_other_module(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES.keys()


def test_wheel_contains_every_file_of_its_packages(wheel: zipfile.ZipFile) -> None:
    """Includes tables and Go modules."""
    tracked = subprocess.run(
        ["git", "ls-files", *(f"{root}/{package}" for package, root in PACKAGES.items())],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = {file.partition("/")[2] for file in tracked.stdout.split() if (PROJECT / file).is_file()}
    assert {"gpu_cluster/platform.py", "gpu_cluster_tools/toolchain/modules/pulumi/go.mod"} <= files
    assert files - set(wheel.namelist()) == set()


def test_command_entry_point_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    [points] = (name for name in wheel.namelist() if name.endswith("/entry_points.txt"))
    assert "gpu-cluster = gpu_cluster_tools.cli.main:run" in wheel.read(points).decode().splitlines()
    assert "gpu_cluster_tools/cli/main.py" in wheel.namelist()


def test_unpacked_wheel_works_in_a_project_outside_a_checkout(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    wheel.extractall(site)
    path = os.pathsep.join((str(site), os.environ.get("PYTHONPATH", "")))

    def run(*arguments: str, folder: Path) -> str:
        done = subprocess.run(
            [sys.executable, "-c", _START, *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr.splitlines()[0] == str(site / "gpu_cluster_policies/__init__.py")
        return done.stdout

    run("new", "acme", folder=tmp_path)
    project = tmp_path / "acme"

    assert run("check", "local", folder=project).startswith("local: clean")
    assert "2 pools" in run("validate", "local", folder=project)
    assert "flowchart" in run("diagram", "local", folder=project)
    assert "Platform" in run("plan", "local", folder=project)
    assert "Pod Security" in run("report", "--framework", "pod-security", folder=project)
