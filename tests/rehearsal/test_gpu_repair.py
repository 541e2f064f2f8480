"""GPU repair on an existing cluster: a driver message, the real node problem detector, the real API server.

The kernel log is a pipe that the detector finds at /dev/kmsg, in its own mount namespace: both programs of
the platform run with the arguments, files and tokens of their pods.
"""

import base64
import json
import os
import shlex
import ssl
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gpu_cluster_tools.rehearsal import Sandbox
from gpu_cluster_tools.rehearsal.control_plane import ports
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.image_programs import NODE_PROBLEM_DETECTOR
from tests.rehearsal.site import run, site_sandbox
from tests.rehearsal.within import within

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(os.geteuid() != 0, reason="a pipe at /dev/kmsg needs a mount namespace, and root"),
]

STACK = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: /nowhere/kubeconfig}
  gpu-cluster:pools:
    system: {machine: {cpus: 16, memory: 64Gi}, nodes: 1}
    gpu: {machine: {cpus: 64, memory: 512Gi, gpu: L40S, gpus: 4}, nodes: 3}
  gpu-cluster:telemetry: {enabled: false}
  gpu-cluster:gpu: {repair: {afterMinutes: 0}}
"""
CHAT = """\
{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "chat"},
 "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "chat"}}, "template": {
   "metadata": {"labels": {"app": "chat"}},
   "spec": {"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
            "nodeSelector": {"gpu-cluster/pool": "gpu"},
            "containers": [{"name": "chat", "image": "chat",
                            "resources": {"limits": {"nvidia.com/gpu": "4"}}}]}}}}
"""
BUDGET = """\
{"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "chat"},
 "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "chat"}}}}
"""
TAINT = "gpu-cluster/gpu-fault"
PODS = "/api/v1/namespaces/default/pods?labelSelector=app%3Dchat"
DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments"
SECONDS = 60


@dataclass
class Pod:
    """A pod of the platform whose program a test runs."""

    sandbox: Sandbox
    object: dict[str, Any]

    @property
    def node(self) -> str:
        return self.object["spec"]["nodeName"]

    @property
    def container(self) -> dict[str, Any]:
        return self.object["spec"]["containers"][0]

    def token(self) -> str:
        meta = self.object["metadata"]
        bound = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]}
        asked: dict[str, Any] = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"audiences": [], "expirationSeconds": 3600, "boundObjectRef": bound},
        }
        account = f"gpu-repair/serviceaccounts/{self.object['spec']['serviceAccountName']}"
        path = f"/api/v1/namespaces/{account}/token"
        return self.sandbox.api.create(path, asked)["status"]["token"]

    def patched(self, path: str, body: dict[str, Any]) -> tuple[int, str]:
        """Response of the API server to a change with the pod's account."""
        plane = self.sandbox.control_plane
        trusted = ssl.create_default_context(cafile=str(plane.authority))
        answer = httpx2.Client(verify=trusted, trust_env=False).patch(
            f"https://127.0.0.1:{plane.port}{path}",
            content=json.dumps(body),
            headers={
                "Authorization": f"Bearer {self.token()}",
                "Content-Type": "application/strategic-merge-patch+json",
            },
        )
        return answer.status_code, answer.text


@dataclass
class Platform:
    sandbox: Sandbox
    detector: Pod
    repair: Pod
    kmsg: int
    log: Path
    """Output of the program that taints and drains."""

    def say(self, line: str) -> None:
        """Write a record in the kernel log, in the format of /dev/kmsg."""
        since_boot = float(Path("/proc/uptime").read_text().split()[0])
        os.write(self.kmsg, f"3,1,{int(since_boot * 1e6)},-;{line}\n".encode())

    def node(self, name: str) -> dict[str, Any]:
        return self.sandbox.api.get(f"/api/v1/nodes/{name}")

    def condition(self, name: str) -> dict[str, str]:
        conditions: list[dict[str, str]] = self.node(name)["status"]["conditions"]
        return next((it for it in conditions if it["type"] == "GpuFault"), dict[str, str]())

    def tainted(self) -> set[str]:
        return {
            node["metadata"]["name"]
            for node in self.sandbox.api.items("/api/v1/nodes")
            if any(taint["key"] == TAINT for taint in node["spec"].get("taints", []))
        }

    def chats(self) -> set[str]:
        """Nodes that run pods of the Deployment."""
        pods = self.sandbox.api.items(PODS)
        return {it["spec"].get("nodeName", "") for it in pods if not it["metadata"].get("deletionTimestamp")}

    def started(self, name: str, boot: str) -> None:
        """Set the boot ID of the node, as its kubelet would report it."""
        self.sandbox.api.patch(f"/api/v1/nodes/{name}/status", {"status": {"nodeInfo": {"bootID": boot}}})


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with (
        site_sandbox(tmp_path_factory.mktemp("repair"), STACK) as sandbox,
        simulated_controllers(sandbox),
    ):
        run(sandbox, "up")
        sandbox.api.create(DEPLOYMENT, json.loads(CHAT))
        sandbox.api.create("/apis/policy/v1/namespaces/default/poddisruptionbudgets", json.loads(BUDGET))
        assert within(SECONDS, lambda: bool(running(sandbox)))
        yield sandbox


@pytest.fixture(scope="module")
def platform(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Both programs, with the detector on the node that runs the Deployment's pod."""
    [node] = running(sandbox)
    folder = tmp_path_factory.mktemp("programs")
    detector, repair = pod_of(sandbox, "gpu-fault-detector", node), pod_of(sandbox, "gpu-repair")
    with ExitStack() as programs:
        kmsg = programs.enter_context(detecting(detector, folder / "detector"))
        log = programs.enter_context(repairing(repair, folder / "repair"))
        platform = Platform(sandbox, detector, repair, kmsg, log)
        platform.started(node, "first")
        assert within(SECONDS, lambda: platform.condition(node).get("status") == "False")
        yield platform


def running(sandbox: Sandbox) -> list[str]:
    return [it["spec"]["nodeName"] for it in sandbox.api.items(PODS) if it["status"]["phase"] == "Running"]


def pod_of(sandbox: Sandbox, program: str, node: str = "") -> Pod:
    path = f"/api/v1/namespaces/gpu-repair/pods?labelSelector=app.kubernetes.io%2Fname%3D{program}"
    [found] = [it for it in sandbox.api.items(path) if not node or it["spec"]["nodeName"] == node]
    return Pod(sandbox, found)


@contextmanager
def detecting(pod: Pod, folder: Path) -> Generator[int]:
    """Run the detector of a pod; yields the pipe that is its kernel log."""
    folder.mkdir()
    plane = pod.sandbox.control_plane
    server = f"https://127.0.0.1:{plane.port}"
    authority = base64.b64encode(plane.authority.read_bytes()).decode()
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "here", "cluster": {"server": server, "certificate-authority-data": authority}}
        ],
        "users": [{"name": "pod", "user": {"token": pod.token()}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "pod"}}],
        "current-context": "here",
    }
    (folder / "kubeconfig").write_text(json.dumps(kubeconfig))
    config = pod.sandbox.api.get("/api/v1/namespaces/gpu-repair/configmaps/gpu-fault-detector")
    (folder / "gpu-faults.json").write_text(config["data"]["gpu-faults.json"])
    os.mkfifo(folder / "kmsg")
    arguments = [
        it.replace("/config/", f"{folder}/") for it in pod.container["args"] if not it.startswith("--port")
    ]
    port = ports.assign(("health",), {})["health"]
    command = shlex.join(
        [
            str(provide(NODE_PROBLEM_DETECTOR)),
            *arguments,
            f"--port={port}",
            f"--apiserver-override={server}?inClusterConfig=false&auth={folder}/kubeconfig",
        ]
    )
    kmsg = os.open(folder / "kmsg", os.O_RDWR)
    mount = f"mount --bind {shlex.quote(str(folder / 'kmsg'))} /dev/kmsg"
    with program(f"{mount} && exec {command}", folder / "log", {"NODE_NAME": pod.node}):
        yield kmsg
    os.close(kmsg)


@contextmanager
def repairing(pod: Pod, folder: Path) -> Generator[Path]:
    """Run the program that taints and drains; yields its output."""
    folder.mkdir()
    plane = pod.sandbox.control_plane
    (folder / "token").write_text(pod.token())
    (folder / "ca.crt").write_bytes(plane.authority.read_bytes())
    config = pod.sandbox.api.get("/api/v1/namespaces/gpu-repair/configmaps/gpu-repair")
    (folder / "drain_faulty.py").write_text(config["data"]["drain_faulty.py"])
    port = ports.assign(("health",), {})["health"]
    arguments = [it for it in pod.container["args"] if not it.startswith("--port")]
    command = shlex.join(["python3", "-I", f"{folder}/drain_faulty.py", *arguments, f"--port={port}"])
    mounted = "/run/secrets/kubernetes.io/serviceaccount"
    mount = (
        f"mount -t tmpfs account /run && mkdir -p {mounted} && cp {folder}/token {folder}/ca.crt {mounted}"
    )
    environment = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(plane.port)}
    with program(f"{mount} && exec {command}", folder / "log", environment):
        assert within(SECONDS, lambda: is_well(port))
        yield folder / "log"


@contextmanager
def program(command: str, log: Path, environment: dict[str, str]) -> Generator[None]:
    """A command in its own mount namespace."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", command],
            env={"PATH": os.environ["PATH"]} | environment,
            stdout=output,
            stderr=output,
        )
    try:
        time.sleep(0.5)
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        process.wait()


def is_well(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/", trust_env=False).is_success
    except httpx2.HTTPError:
        return False


def test_application_fault_changes_nothing(platform: Platform) -> None:
    platform.say("NVRM: Xid (PCI:0000:3b:00): 13, pid=4711, name=python, Graphics Exception")
    platform.say("NVRM: Xid (PCI:0000:3b:00): 63, pid='<unknown>', name=<unknown>, Row Remapper: New row")
    time.sleep(3)
    assert platform.condition(platform.detector.node)["status"] == "False"
    assert platform.tainted() == set()


def test_gpu_off_the_bus_sets_a_condition_and_a_taint(platform: Platform) -> None:
    node = platform.detector.node
    platform.say(
        "NVRM: Xid (PCI:0000:3b:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus."
    )

    assert within(SECONDS, lambda: platform.condition(node)["status"] == "True")
    condition = platform.condition(node)
    assert condition["reason"] == "NvidiaXid79"
    assert "has fallen off the bus" in condition["message"]
    assert within(SECONDS, lambda: platform.tainted() == {node})
    taints = {it["key"]: it for it in platform.node(node)["spec"]["taints"]}
    assert taints[TAINT] == {"key": TAINT, "value": "NvidiaXid79", "effect": "NoSchedule"}
    assert "nvidia.com/gpu" in taints
    events = platform.sandbox.api.items("/api/v1/namespaces/default/events")
    assert any(it["reason"] == "NvidiaXid79" and it["involvedObject"]["name"] == node for it in events)


def test_disruption_budget_delays_eviction_until_another_pod_runs(platform: Platform) -> None:
    node = platform.detector.node
    held = f"{node}: pod default/chat-"
    assert within(SECONDS, lambda: held in platform.log.read_text())
    assert "its disruption budget allows no eviction now" in platform.log.read_text()
    assert platform.chats() == {node}

    platform.sandbox.api.patch(f"{DEPLOYMENT}/chat", {"spec": {"replicas": 2}})

    assert within(SECONDS, lambda: node not in platform.chats())
    assert within(SECONDS, lambda: len(running(platform.sandbox)) == 2)
    assert "is evicted" in platform.log.read_text()


def test_daemon_set_pods_are_not_evicted(platform: Platform) -> None:
    path = f"/api/v1/pods?fieldSelector=spec.nodeName%3D{platform.detector.node}"
    owners = {it["metadata"]["ownerReferences"][0]["kind"] for it in platform.sandbox.api.items(path)}
    assert owners == {"DaemonSet"}


@pytest.mark.slow
def test_second_faulty_node_waits(platform: Platform) -> None:
    """With atOnce 1; the test writes the condition as the detector would."""
    [other] = [it for it in sorted(gpu_nodes(platform)) if it != platform.detector.node][:1]
    own = pod_of(platform.sandbox, "gpu-fault-detector", other)
    status, words = own.patched(f"/api/v1/nodes/{other}/status", fault_of("GpuFault"))
    assert status == 200, words

    waits = f"{other}: NvidiaXid48, waits for the repair of others"
    assert within(SECONDS, lambda: waits in platform.log.read_text())
    assert platform.tainted() == {platform.detector.node}
    healthy = fault_of("GpuFault", status="False")
    assert own.patched(f"/api/v1/nodes/{other}/status", healthy)[0] == 200


@pytest.mark.slow
def test_reboot_without_the_fault_removes_the_taint(platform: Platform) -> None:
    node = platform.detector.node
    healthy = fault_of("GpuFault", status="False")
    assert platform.detector.patched(f"/api/v1/nodes/{node}/status", healthy)[0] == 200
    time.sleep(12)
    assert platform.tainted() == {node}

    platform.started(node, "second")

    assert within(SECONDS, lambda: platform.tainted() == set())
    assert "nvidia.com/gpu" in {it["key"] for it in platform.node(node)["spec"]["taints"]}


def test_detector_may_write_only_its_condition_on_its_node(platform: Platform) -> None:
    detector, node = platform.detector, platform.detector.node
    [other] = [it for it in sorted(gpu_nodes(platform)) if it != node][:1]
    refused = {
        f"/api/v1/nodes/{other}/status": (fault_of("GpuFault"), "the node that it runs on"),
        f"/api/v1/nodes/{node}/status": (fault_of("Ready"), "the condition GpuFault alone"),
    }
    for path, (body, words) in refused.items():
        status, said = detector.patched(path, body)
        assert status == 422, said
        assert words in said
    capacity = {"status": {"capacity": {"nvidia.com/gpu": "9"}}}
    status, said = detector.patched(f"/api/v1/nodes/{node}/status", capacity)
    assert (status, "leaves the capacity" in said) == (422, True), said
    assert detector.patched(f"/api/v1/nodes/{node}", {"metadata": {"labels": {"a": "b"}}})[0] == 403


def test_repair_may_change_only_its_taint_and_annotation(platform: Platform) -> None:
    path = f"/api/v1/nodes/{platform.detector.node}"
    taint = {"key": "site/other", "effect": "NoExecute"}
    for body, words in (
        ({"spec": {"taints": [taint]}}, f"changes the taint {TAINT} alone"),
        ({"spec": {"unschedulable": True}}, "cordons no node"),
        ({"metadata": {"labels": {"a": "b"}}}, "leaves labels as they are"),
        ({"metadata": {"annotations": {"a": "b"}}}, f"sets the annotation {TAINT} alone"),
    ):
        status, said = platform.repair.patched(path, body)
        assert status == 422, said
        assert words in said
    assert platform.repair.patched(f"{path}/status", fault_of("GpuFault"))[0] == 403


def gpu_nodes(platform: Platform) -> set[str]:
    nodes = platform.sandbox.api.items("/api/v1/nodes?labelSelector=gpu-cluster%2Fpool%3Dgpu")
    return {it["metadata"]["name"] for it in nodes}


def fault_of(kind: str, *, status: str = "True") -> dict[str, Any]:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    condition = {
        "type": kind,
        "status": status,
        "reason": "NvidiaXid48" if status == "True" else "NoGpuFault",
        "message": "",
        "lastHeartbeatTime": now,
        "lastTransitionTime": now,
    }
    return {"status": {"conditions": [condition]}}
