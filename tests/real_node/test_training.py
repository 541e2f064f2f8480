"""Jobs of two teams in the queues of docs/guides/training.md: the real Kueue in the pod of its own chart.

Each test builds on the previous one.
"""

import re
import subprocess
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2
import pytest
from ruamel.yaml import YAML

from gpu_cluster_tools.real_node.images import LocalImage
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.rehearsal.simulated_nodes.nodes import REAL_NODE_LABEL
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.image_programs import KUEUE, KUEUE_CHARTS
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from tests.real_node.platform import CLIENT_IMAGE, Platform, brought_up, wait
from tests.rehearsal.checkout import PROJECT, Checkout

_MISSING = missing_requirement()

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(_MISSING is not None, reason=f"real nodes need {_MISSING}"),
]

GUIDE = PROJECT / "docs/guides/training.md"
TRAINING = PROJECT / "docs/guides/training"
TEAMS = ("vision", "speech")
STACK: dict[str, Any] = {
    "gpu-cluster:cluster": {"provider": "local"},
    "gpu-cluster:pools": {
        "system": {"instance": "m7i.xlarge", "nodes": 1},
        "l4": {"instance": "g6.4xlarge", "nodes": 3},
    },
    "gpu-cluster:storage": {"standard": {"kind": "host-path", "default": True, "reclaim": "delete"}},
    "gpu-cluster:serving": {
        "models": {
            "chat": {
                "model": "Qwen/Qwen3-4B",
                "pool": "l4",
                "replicas": 1,
                "context": 8192,
                "cache": {"size": "30Gi"},
            }
        }
    },
}
"""The model uses one of three GPUs; its pool has real nodes."""


def test_gang_starts_together_on_idle_gpus_of_the_other_team(platform: Platform) -> None:
    _submit(platform, "vision", "train")

    running = wait(lambda: _running(platform, "vision", 2))
    assert len({pod["spec"]["nodeName"] for pod in running}) == 2
    assert _usage(platform, "vision") == {"total": "2", "borrowed": "1"}


def test_team_reclaims_its_gpu_and_the_whole_gang_waits(platform: Platform) -> None:
    _submit(platform, "speech", "tune", workers=1)

    wait(lambda: _running(platform, "speech", 1))
    assert _pods(platform, "vision") == []
    assert _job(platform, "vision", "train")["spec"]["suspend"] is True
    [workload] = platform.api.items("/apis/kueue.x-k8s.io/v1beta2/namespaces/vision/workloads")
    reasons = {it["type"]: it["reason"] for it in workload["status"]["conditions"]}
    assert reasons["Preempted"] == "InCohortReclamation"


def test_gang_continues_when_the_gpu_is_idle(platform: Platform) -> None:
    platform.api.delete(f"{_jobs('speech')}/tune?propagationPolicy=Foreground")

    wait(lambda: _running(platform, "vision", 2))


def test_job_without_a_queue_waits_in_the_queue_of_its_namespace(platform: Platform) -> None:
    """The gang uses both GPUs."""
    _submit(platform, "vision", "later", workers=1)

    assert _job(platform, "vision", "later")["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "default"
    waiting = wait(lambda: _workload_of(platform, "vision", "later"))
    assert "insufficient" in wait(lambda: _pending(waiting, platform))
    assert len(_pods(platform, "vision")) == 2


def test_team_member_reads_workloads_and_may_not_change_queues(platform: Platform) -> None:
    member = DynamicClient(platform.local / "teams" / "vision.kubeconfig")

    assert len(member.items("/apis/kueue.x-k8s.io/v1beta2/namespaces/vision/workloads")) == 2
    for path in ("clusterqueues/vision", "namespaces/vision/localqueues/default"):
        with pytest.raises(httpx2.HTTPStatusError) as refused:
            member.patch(f"/apis/kueue.x-k8s.io/v1beta2/{path}", {"metadata": {"labels": {"mine": "yes"}}})
        assert refused.value.response.status_code == HTTPStatus.FORBIDDEN


def test_kueue_is_deleted_after_its_queues(checkout: Checkout, platform: Platform) -> None:
    """They have finalizers that only Kueue removes."""
    for job in ("later", "train"):
        platform.api.delete(f"{_jobs('vision')}/{job}?propagationPolicy=Foreground")
    wait(lambda: not _pods(platform, "vision"))
    _write_stack(checkout.stack_file, extras=False)

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REAL_NODE", "yes")
        up = checkout.gpu_cluster("up")

    assert up.returncode == 0, up.stdout + up.stderr
    kinds = platform.api.items("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
    assert not [it for it in kinds if it["spec"]["group"] == "kueue.x-k8s.io"]
    assert "kueue-system" not in {it["metadata"]["name"] for it in platform.api.items("/api/v1/namespaces")}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("training")) / "project")
    charts = made.folder / "charts"
    subprocess.run([provide(KUEUE_CHARTS), charts], check=True)
    manifests = made.folder / "manifests"
    manifests.mkdir()
    queues = (TRAINING / "queues.yaml").read_text()
    (manifests / "queues.yaml").write_text(re.sub(r"(nominalQuota|borrowingLimit): 4", r"\1: 1", queues))
    _write_stack(made.stack_file)
    return made


@pytest.fixture(scope="module")
def platform(checkout: Checkout) -> Iterator[Platform]:
    files = {"manager": provide(KUEUE).read_bytes()}
    manager = LocalImage("registry.k8s.io/kueue/kueue:v0.17.0", files, ["/manager"], user="65532:65532")
    platform = Platform(checkout.folder / ".local")
    importing = threading.Thread(target=platform.import_images, args=[[manager]])
    importing.start()
    with brought_up(checkout):
        importing.join()
        platform.import_client()
        yield platform


def _write_stack(file: Path, *, extras: bool = True) -> None:
    """The section of the guide, for a small platform and the chart of the module."""
    yaml = YAML()
    [block] = re.findall(r"^ *```yaml\n(.*?)^ *```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    shown: Any = yaml.load(block)  # pyright: ignore[reportUnknownMemberType]
    teams = {
        name: {**team, "gpus": {"l4": 1}, "borrow": {"l4": 1}}
        for name, team in shown["gpu-cluster:teams"].items()
    }
    for team in teams.values():
        del team["members"]  # this machine's user acts as every team
    kueue = shown["gpu-cluster:extras"]["charts"]["kueue"]
    del kueue["version"]
    kueue["chart"] = "./charts/kueue"
    on_real_nodes = {"nodeSelector": {REAL_NODE_LABEL: "true"}, "tolerations": [{"operator": "Exists"}]}
    kueue["values"]["controllerManager"] |= on_real_nodes
    config = {**STACK, "gpu-cluster:teams": teams}
    if extras:
        config["gpu-cluster:extras"] = shown["gpu-cluster:extras"]
    yaml.dump({"config": config}, file)  # pyright: ignore[reportUnknownMemberType]


def _submit(platform: Platform, team: str, name: str, workers: int = 2) -> None:
    """The Job of the guide, with the test's program."""
    job: Any = YAML(typ="safe", pure=True).load(TRAINING / "job.yaml")  # pyright: ignore[reportUnknownMemberType]
    job["metadata"] = {"name": name, "namespace": team}
    job["spec"] |= {"completions": workers, "parallelism": workers}
    [container] = job["spec"]["template"]["spec"]["containers"]
    container |= {"image": CLIENT_IMAGE, "args": ["serve", "8080"]}
    container["resources"] = {
        "requests": {"cpu": "1m", "memory": "16Mi"},
        "limits": {"memory": "64Mi", "nvidia.com/gpu": 1},
    }
    platform.api.create(_jobs(team), job)


def _jobs(team: str) -> str:
    return f"/apis/batch/v1/namespaces/{team}/jobs"


def _job(platform: Platform, team: str, name: str) -> dict[str, Any]:
    return platform.api.get(f"{_jobs(team)}/{name}")


def _pods(platform: Platform, team: str) -> list[dict[str, Any]]:
    return platform.api.items(f"/api/v1/namespaces/{team}/pods")


def _running(platform: Platform, team: str, workers: int) -> list[dict[str, Any]] | None:
    """Pods of a team, when this number runs and no others exist."""
    pods = _pods(platform, team)
    ready = [
        it for it in pods if it["status"]["phase"] == "Running" and "deletionTimestamp" not in it["metadata"]
    ]
    return ready if len(ready) == len(pods) == workers else None


def _usage(platform: Platform, team: str) -> dict[str, str]:
    status = platform.api.get(f"/apis/kueue.x-k8s.io/v1beta2/clusterqueues/{team}")["status"]
    [resource] = status["flavorsReservation"][0]["resources"]
    return {key: resource[key] for key in ("total", "borrowed")}


def _workload_of(platform: Platform, team: str, job: str) -> str | None:
    workloads = platform.api.items(f"/apis/kueue.x-k8s.io/v1beta2/namespaces/{team}/workloads")
    names = [it["metadata"]["name"] for it in workloads]
    return next((it for it in names if it.startswith(f"job-{job}-")), None)


def _pending(workload: str, platform: Platform) -> str | None:
    found = platform.api.get(f"/apis/kueue.x-k8s.io/v1beta2/namespaces/vision/workloads/{workload}")
    conditions = found.get("status", {}).get("conditions", [])
    return next((it["message"] for it in conditions if it["type"] == "QuotaReserved"), None)
