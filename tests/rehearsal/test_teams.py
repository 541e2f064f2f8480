"""A team on the local platform, with the real engine and API server; each test builds on the previous one."""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal import PulumiEngine, copy_project, local_state
from gpu_cluster_tools.rehearsal.cluster_state.leftovers import leftovers_in_cluster, settled_objects
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.toolchain import install
from tests.rehearsal.checkout import PROJECT, run_gpu_cluster
from tests.rehearsal.identity import Identity
from tests.rehearsal.refusals import SHOWS_NO_GPU, TRIES, Try, pod, post

pytestmark = pytest.mark.engine

SHARED = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1}
    l4: {instance: g6.4xlarge, nodes: 2}
    l4-shared: {instance: g6.2xlarge, nodes: 1, sharing: {timeSlicing: 4}}
    t4: {instance: g4dn.xlarge, nodes: 1}
  gpu-cluster:teams:
    speech: {gpus: {l4-shared: 2}}
    vision: {gpus: {l4: 2, l4-shared: 2}}
"""
VISION = """\
config:
  gpu-cluster:team: {environment: shared, name: vision}
  gpu-cluster:models:
    detect: {model: Qwen/Qwen2.5-7B-Instruct, pool: l4, replicas: 1, context: 8192, cache: {size: 30Gi}}
  gpu-cluster:services:
    gateway: {image: "docker.io/library/caddy:2.10.2", port: 8080, replicas: 1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    stacks = {"shared": SHARED, "shared-vision": VISION}
    folder = copy_project(PROJECT, tmp_path_factory.mktemp("teams") / "project", stacks)
    yield folder
    removed = run_gpu_cluster(folder, "down", "shared")
    assert removed.returncode == 0, removed.stderr


@pytest.fixture(scope="module")
def api(folder: Path) -> DynamicClient:
    """The API server, as its administrator, after the environment is deployed."""
    done = run_gpu_cluster(folder, "up", "shared")
    assert done.returncode == 0, done.stdout + done.stderr
    return DynamicClient(folder / ".local/kubeconfig")


@pytest.fixture(scope="module")
def before(api: DynamicClient) -> set[str]:
    """Every object that exists before the team's objects."""
    return settled_objects(api)


@pytest.fixture(scope="module")
def team(folder: Path) -> Identity:
    return Identity(folder / ".local/teams/vision.kubeconfig")


def test_team_up_before_its_environment_is_an_error(folder: Path) -> None:
    done = run_gpu_cluster(folder, "up", "shared-vision")

    assert done.returncode == 1
    assert done.stderr.strip().endswith("shared is not running; run `gpu-cluster up shared` first")


@pytest.mark.usefixtures("before")
def test_team_up_ends_with_ready_models(folder: Path) -> None:
    done = run_gpu_cluster(folder, "up", "shared-vision")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stderr
    summary = done.stdout[done.stdout.index("shared-vision: 2 of 2 pods of team vision ready") :]
    assert "detect  1/1    l4-" in summary
    assert "gateway  1/1    system-0" in summary


def test_preview_as_the_team_has_no_changes(folder: Path) -> None:
    engine = PulumiEngine(folder, "shared-vision", install().environment() | local_state(folder))
    shown = engine.output("preview", "--stack", "shared-vision", "--expect-no-changes", "--diff")
    assert "unchanged" in shown


def test_team_identity_has_its_permitted_actions(team: Identity) -> None:
    mine = {
        "run a pod": pod(),
        "use a GPU of each of its pools": pod(gpus=1, pool="l4", counted="l4"),
        "use shares": pod(gpus=2, pool="l4-shared", counted="l4-shared"),
        "read variables of its own beside a GPU": pod(
            gpus=1,
            pool="l4",
            counted="l4",
            container={"envFrom": [{"prefix": "APP_", "configMapRef": {"name": "mine"}}]},
        ),
        "prepare what a container with a GPU needs": pod(
            gpus=1,
            pool="l4",
            counted="l4",
            initContainers=[{**pod()["containers"][0], "name": "first", "env": [SHOWS_NO_GPU]}],
        ),
    }
    for what, spec in mine.items():
        path = "/api/v1/namespaces/vision/pods?dryRun=All"
        status, said = team.attempt(post(what, path, "Pod", spec=spec))
        assert status == HTTPStatus.CREATED, f"{what}: {said}"


@pytest.mark.parametrize("wanted", TRIES, ids=lambda wanted: wanted.what)
def test_team_is_denied_the_action(team: Identity, wanted: Try) -> None:
    status, said = team.attempt(wanted)

    assert status == wanted.status, said
    assert wanted.says in said


def test_at_least_thirty_denied_actions_are_tested() -> None:
    assert len({wanted.what for wanted in TRIES}) == len(TRIES) >= 30


def test_down_of_the_team_leaves_no_trace(folder: Path, api: DynamicClient, before: set[str]) -> None:
    done = run_gpu_cluster(folder, "down", "shared-vision")

    assert done.returncode == 0, done.stdout + done.stderr
    assert leftovers_in_cluster(api, before)[0] == []


def test_removed_grant_deletes_the_objects_of_the_team(
    folder: Path, api: DynamicClient, before: set[str]
) -> None:
    file = folder / "stacks/Pulumi.shared.yaml"
    file.write_text("".join(SHARED.splitlines(keepends=True)[:-1]))

    done = run_gpu_cluster(folder, "up", "shared")

    assert done.returncode == 0, done.stdout + done.stderr
    leftovers_in_cluster(api, before)
    assert {name for name in api.objects() if "vision" in name.split("/")} == set()
    assert {name for name in before if "/speech/" in name} <= api.objects().keys()
