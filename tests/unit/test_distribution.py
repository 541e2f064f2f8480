"""The installed wheel adds three packages to an environment."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
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


def test_the_wheel_adds_three_packages_and_no_other_module(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES.keys()


def test_the_wheel_has_every_file_of_its_packages(wheel: zipfile.ZipFile) -> None:
    """Tables and Go modules as well as Python."""
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


def test_the_command_starts_in_a_package_of_the_wheel(wheel: zipfile.ZipFile) -> None:
    [points] = (name for name in wheel.namelist() if name.endswith("/entry_points.txt"))
    assert "gpu-cluster = gpu_cluster_tools.cli.main:run" in wheel.read(points).decode().splitlines()
    assert "gpu_cluster_tools/cli/main.py" in wheel.namelist()
