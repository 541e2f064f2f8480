"""A team's project on a platform in another folder, with the real engine; tests build on each other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal import copy_project
from tests.rehearsal.checkout import PROJECT, run_gpu_cluster

pytestmark = pytest.mark.engine

SHARED = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1}
    l4: {instance: g6.4xlarge, nodes: 2}
  gpu-cluster:teams:
    vision: {gpus: {l4: 2}}
"""
VISION = """\
config:
  gpu-cluster:team: {environment: shared, name: vision, platform: {folder: ../acme-platform}}
  gpu-cluster:services:
    gateway: {image: "docker.io/library/caddy:2.10.2", port: 8080, replicas: 1}
"""


def project(folder: Path, **stacks: str) -> Path:
    """A project whose Pulumi name is that of its folder."""
    copy_project(PROJECT, folder, stacks)
    file = folder / "Pulumi.yaml"
    file.write_text(file.read_text().replace("name: gpu-cluster\n", f"name: {folder.name}\n", 1))
    return folder


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = project(tmp_path_factory.mktemp("acme") / "acme-platform", shared=SHARED)
    yield folder
    assert run_gpu_cluster(folder, "down", "shared").returncode == 0


@pytest.fixture(scope="module")
def team(platform: Path) -> Path:
    return project(platform.parent / "acme-vision", **{"shared-vision": VISION})


def test_team_up_before_the_platform_runs_names_the_platform(team: Path) -> None:
    done = run_gpu_cluster(team, "up", "shared-vision")
    assert done.returncode == 1
    assert "shared is not running in ../acme-platform; run `gpu-cluster up shared` first" in done.stderr


def test_team_is_deployed_on_the_platform_of_another_project(platform: Path, team: Path) -> None:
    assert run_gpu_cluster(platform, "up", "shared").returncode == 0
    done = run_gpu_cluster(team, "up", "shared-vision")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "shared-vision: 1 of 1 pods of team vision ready" in done.stdout
    assert not (team / ".local").exists()


def test_status_of_the_team_comes_from_the_platforms_cluster(team: Path) -> None:
    assert '"ready": true' in run_gpu_cluster(team, "status", "shared-vision", "--json").stdout


def test_team_is_destroyed_separately(team: Path) -> None:
    done = run_gpu_cluster(team, "down", "shared-vision")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_rehearsal_uses_the_files_of_team_and_platform(team: Path) -> None:
    done = run_gpu_cluster(team, "rehearse", "shared-vision")
    assert done.returncode == 0, done.stdout + done.stderr
