"""Rendered objects on kubelets.

The tests that are not slow run in `make test`. They are skipped without root or a kernel feature, or if the
programs have not been built.
"""

import json
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.images import DCGM
from gpu_cluster_tools.real_node.cgroups import cgroup_of
from gpu_cluster_tools.real_node.images import LocalImage
from gpu_cluster_tools.rehearsal.control_plane.processes import Process, processes
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.real_node import CLIENT, REAL_NODE
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from gpu_cluster_tools.toolchain.toolchain import is_built
from tests.real_node.platform import DEPLOYMENT, PODS, Platform, brought_up, client_pod, wait
from tests.rehearsal.checkout import Checkout, run_gpu_cluster

_UNBUILT = [tool.name for tool in (*REAL_NODE, CLIENT) if not is_built(tool)]
_MISSING = missing_requirement() or (f"{_UNBUILT[0]}: toolchain --tests" if _UNBUILT else None)

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(_MISSING is not None, reason=f"real nodes need {_MISSING}"),
]

_PASSED = json.dumps(
    {
        "DCGM Diagnostic": {
            "test_categories": [
                {
                    "category": "Deployment",
                    "tests": [{"name": "software", "results": [], "test_summary": {"status": "Pass"}}],
                }
            ]
        }
    }
)
_TURNS = 20
URL = "http://chat.serving.svc.cluster.local:8000/v1/models"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The stack local with real nodes and a running model."""
    checkout = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("checkout")) / "project")
    checkout.edit("  gpu-cluster:serving:\n", "  gpu-cluster:serving:\n    clients: [default]\n")
    before = _outside()
    with brought_up(checkout) as up:
        assert "model chat answered in" in up.stdout
        platform = Platform(checkout.folder / ".local")
        platform.import_client()
        authority = checkout.authority
        yield platform
    assert checkout.left_elsewhere(authority) == []
    assert not [
        found for found in processes(lambda _: True) if str(checkout.folder) in " ".join(found.arguments)
    ]
    assert str(checkout.folder) not in Path("/proc/mounts").read_text()
    assert _outside() == before
    group = cgroup_of((checkout.folder / ".local" / "real-node").resolve(), "l4-0")
    assert not list(Path("/sys/fs/cgroup").glob(f"**/{group}"))


def _outside() -> set[Path]:
    """Files of the machine where a kubelet and a container runtime write by default, and network devices."""
    defaults = ("/var/log", "/opt", "/var/lib", "/usr/libexec/kubernetes", "/etc/cni", "/run/containerd")
    files = {it for folder in defaults for it in (Path(folder), *Path(folder).glob("*")) if it.exists()}
    return files | set(Path("/sys/class/net").iterdir())


def _servers(platform: Platform) -> list[Process]:
    """Model servers of this checkout, found by the network that they share with its kubelets."""
    pods = [pod["metadata"]["uid"] for pod in platform.replicas()]
    return [
        found
        for found in processes("vllm".__eq__)
        if any(pod in Path(f"/proc/{found.pid}/cgroup").read_text() for pod in pods)
    ]


def test_replicas_run_with_their_security_context(platform: Platform) -> None:
    """The kernel reports it, for every rendered replica."""
    wait(platform.settled)
    servers = _servers(platform)
    assert len(servers) == 2
    for server in servers:
        status = dict(
            line.split(":\t", 1)
            for line in Path(f"/proc/{server.pid}/status").read_text().splitlines()
            if ":\t" in line
        )
        assert status["Uid"].split() == ["2000"] * 4
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")  # 2 is a filter


def test_every_pod_on_a_real_node_is_ready(platform: Platform) -> None:
    nodes = {node.name for node in platform.settings.nodes}
    pods = [pod for pod in platform.api.items("/api/v1/pods") if pod["spec"].get("nodeName") in nodes]
    ready = {
        pod["metadata"]["name"]: [
            each["status"] for each in pod["status"]["conditions"] if each["type"] == "Ready"
        ]
        for pod in pods
    }
    assert {pod["metadata"]["namespace"] for pod in pods} == {"serving", "gpu-system", "kube-system"}
    assert set(map(tuple, ready.values())) == {("True",)}, ready


def test_allowed_client_reaches_a_model_by_its_name(platform: Platform) -> None:
    """Namespace `default` is in `clients` of the stack file."""
    assert '"id":"chat"' in platform.run("default", "get", URL)


def test_client_in_another_namespace_is_blocked(platform: Platform) -> None:
    answer = platform.run("kube-public", "get", URL)
    assert "Client.Timeout exceeded" in answer or "i/o timeout" in answer
    assert "no such host" not in answer


@pytest.mark.slow
def test_verify_gets_a_token_from_every_replica(platform: Platform) -> None:
    """Uses the API server, the kubelet and containerd, because network policies allow no other client."""
    wait(platform.settled)
    verified = run_gpu_cluster(platform.local.parent, "verify", "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    checks = {f"{it['group']}: {it['name']}": it for it in json.loads(verified.stdout)["checks"]}
    chat = checks["models: chat"]
    assert (chat["verdict"], chat["numbers"]["ready"]) == ("OK", 2)
    assert 0 < chat["numbers"]["firstTokenSeconds"] < 5
    own = [it for name, it in checks.items() if name.startswith("nodes: l4 ") or name == "nodes: l4"]
    assert {it["verdict"] for it in own} == {"OK"}
    assert "nodes: l4 kubelet" in checks
    assert checks["driver: a100"]["verdict"] == "SKIP"


@pytest.mark.slow
def test_verify_job_runs_on_a_free_gpu_and_leaves_nothing(platform: Platform) -> None:
    """A program instead of the shell in DCGM's image prints the documented output of nvidia-smi and dcgmi."""
    wait(platform.settled)
    printed = f"NVIDIA L4, 580.95.05, 23034, 41, 0\n--- dcgm ---\n{_PASSED}"
    files = {"usr/local/bin/sh": provide(CLIENT).read_bytes(), "usr/share/output": printed.encode()}
    platform.import_images([LocalImage(DCGM.at(None), files)])
    platform.api.patch(f"{DEPLOYMENT}/scale", {"spec": {"replicas": 1}})
    wait(lambda: len(platform.replicas()) == 1)

    verified = run_gpu_cluster(platform.local.parent, "verify", "--jobs", "--json")

    platform.api.patch(f"{DEPLOYMENT}/scale", {"spec": {"replicas": 2}})
    checks = {f"{it['group']}: {it['name']}": it for it in json.loads(verified.stdout)["checks"]}
    assert checks["GPU jobs: l4"]["verdict"] == "OK", checks["GPU jobs: l4"]
    assert checks["GPU jobs: l4"]["found"].startswith("1 x NVIDIA-L4 on l4-")
    assert checks["GPU jobs: l4 DCGM"]["numbers"]["passed"] == 1
    assert checks["GPU jobs: a100"]["verdict"] == "SKIP"
    assert (checks["models: chat"]["verdict"], verified.returncode) == ("FAIL", 1)
    assert "gpu-cluster-verify" not in {
        it["metadata"]["name"] for it in platform.api.items("/api/v1/namespaces")
    }
    wait(platform.settled)


def test_killed_server_is_restarted(platform: Platform) -> None:
    wait(platform.settled)
    server = _servers(platform)[0]
    os.kill(server.pid, signal.SIGKILL)
    restarts = wait(lambda: _restarts(platform))
    assert restarts == 1
    wait(platform.settled)


def _restarts(platform: Platform) -> int:
    return sum(pod["status"]["containerStatuses"][0]["restartCount"] for pod in platform.replicas())


@pytest.mark.slow
def test_slowly_loading_model_is_distinguished_from_a_broken_one(platform: Platform) -> None:
    """`gpu-cluster status` and the kubelet's events give different reasons."""
    slow = _copy_of_a_replica(platform, "slow")
    [container] = slow["spec"]["containers"]
    container["env"] = [*container.get("env", []), {"name": "MODEL_SERVER_LOAD_SECONDS", "value": "600"}]
    with _created(platform, slow):
        wait(lambda: (platform.reason("serving", "slow") or "").startswith("loading for "))
        wait(lambda: "did not load within 6 s" in (platform.reason("serving", "slow") or ""))
    broken = _copy_of_a_replica(platform, "broken")
    broken["spec"]["containers"][0]["args"].append("--no-such-argument")
    with _created(platform, broken):
        wait(lambda: "with exit code 2; hint" in (platform.reason("serving", "broken") or ""))
        assert "exited after" in str(platform.reason("serving", "broken"))
    killed = {
        event["involvedObject"]["name"]
        for event in platform.api.items("/api/v1/namespaces/serving/events")
        if event["reason"] == "Killing" and "failed startup probe" in event["message"]
    }
    assert killed & {"slow", "broken"} == {"slow"}


@contextmanager
def _created(platform: Platform, pod: dict[str, Any]) -> Generator[None]:
    """Create one at a time: the quota of the namespace allows one more replica."""
    path = f"{PODS}/{pod['metadata']['name']}"
    platform.api.create(PODS, pod)
    try:
        yield
    finally:
        platform.api.delete(f"{path}?gracePeriodSeconds=0")
        wait(lambda: len(platform.replicas()) == 2)


def _copy_of_a_replica(platform: Platform, name: str) -> dict[str, Any]:
    """A rendered pod without a Service, whose startup probe allows six seconds.

    It requests neither a GPU nor resources of the node, which the replicas use.
    """
    spec: dict[str, Any] = platform.api.get(DEPLOYMENT)["spec"]["template"]["spec"]
    [container] = spec["containers"]
    container["resources"] = {
        "limits": {"memory": "512Mi"},
        "requests": {"cpu": "10m", "memory": "128Mi"},
    }
    container["startupProbe"] |= {"periodSeconds": 2, "failureThreshold": 3}
    for volume in spec["volumes"]:
        if volume.keys() & {"ephemeral", "persistentVolumeClaim"}:
            volume.pop("ephemeral", None)
            volume.pop("persistentVolumeClaim", None)
            volume["emptyDir"] = {}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


@pytest.mark.slow
def test_status_reports_an_unpullable_pod_outside_the_models(platform: Platform) -> None:
    """With the kubelet's message, for a pod beside the cluster's DNS."""
    pods = "/api/v1/namespaces/kube-system/pods"
    pod = client_pod("unpullable", ["count", "1", "1s"])
    pod["spec"]["containers"][0]["image"] = "registry.invalid/none:1"
    platform.api.create(pods, pod)
    try:

        def found() -> list[dict[str, Any]]:
            shown = run_gpu_cluster(platform.local.parent, "status", "--json")
            assert shown.returncode == 0, shown.stderr
            unhealthy = json.loads(shown.stdout)["unhealthyPods"]
            return [it for it in unhealthy if it["reason"].startswith("cannot pull")]

        [one] = wait(found, 120)
    finally:
        platform.api.delete(f"{pods}/unpullable?gracePeriodSeconds=0")
    assert (one["namespace"], one["owner"], one["pods"], one["total"]) == ("kube-system", "unpullable", 1, 1)
    assert "the node does not reach registry.invalid" in one["reason"]


def test_api_server_reads_the_log_of_a_pod(platform: Platform) -> None:
    pod = platform.replicas()[0]["metadata"]["name"]
    assert "serving [chat] on port" in platform.log("serving", pod)


@pytest.mark.slow
def test_data_on_a_volume_outlives_its_pod(platform: Platform) -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "kept"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
    }
    claims = "/api/v1/namespaces/default/persistentvolumeclaims"
    platform.api.create(claims, claim)
    assert platform.run("default", "write", "/data/file", "kept", claim="kept") == "written"
    assert platform.run("default", "read", "/data/file", claim="kept") == "kept"
    platform.api.delete(f"{claims}/kept")


def test_rolling_update_under_load_loses_no_request(platform: Platform) -> None:
    """Both replicas are replaced; clients do not retry."""
    wait(platform.settled)
    with platform.load(clients=4) as load:
        _roll(platform, "once")
    assert load.lost == []
    assert load.answered > 100


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_rollouts_and_drains_under_load_lose_no_request(platform: Platform) -> None:
    """Each turn replaces both replicas and drains one of the two nodes; clients do not retry."""
    wait(platform.settled)
    with platform.load(clients=4) as load:
        for turn in range(_TURNS):
            _roll(platform, str(turn))
            _drain(platform, f"l4-{turn % 2}")
    assert load.lost == []
    assert load.answered > 100 * _TURNS


def _roll(platform: Platform, turn: str) -> None:
    again = {"spec": {"template": {"metadata": {"annotations": {"gpu-cluster/turn": turn}}}}}
    platform.api.patch(DEPLOYMENT, again)
    wait(lambda: not platform.settled())
    wait(platform.settled, 150)


def _drain(platform: Platform, node: str) -> None:
    """Cordon a node and evict its replicas, as `kubectl drain` does, then uncordon it."""
    platform.api.patch(f"/api/v1/nodes/{node}", {"spec": {"unschedulable": True}})
    for pod in platform.replicas():
        if pod["spec"].get("nodeName") == node:
            name = pod["metadata"]["name"]
            eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
            platform.api.create(f"{PODS}/{name}/eviction", eviction)
            wait(lambda gone=name: all(each["metadata"]["name"] != gone for each in platform.replicas()))
    platform.api.patch(f"/api/v1/nodes/{node}", {"spec": {"unschedulable": None}})
    wait(platform.settled)
