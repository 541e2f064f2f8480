"""The local platform with real nodes, and pods of tests on them."""

import http.client
import json
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.kubernetes.teams.identity import CLASS_PREFIX
from gpu_cluster_tools.real_node.images import LocalImage
from gpu_cluster_tools.real_node.runtime import import_images
from gpu_cluster_tools.real_node.settings import RealNodeSettings
from gpu_cluster_tools.rehearsal import KubernetesClient
from gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory import replicas_in
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.real_node import CLIENT, CONTAINERD
from tests.rehearsal.checkout import Checkout

CLIENT_IMAGE = "gpu-cluster.local/client:1"
CLIENT_COMMAND = "/usr/local/bin/client"
_SECONDS = 90
DEPLOYMENT = "/apis/apps/v1/namespaces/serving/deployments/chat"
PODS = "/api/v1/namespaces/serving/pods"


@dataclass
class Load:
    """Number of answered requests, and the errors of the failed ones."""

    answered: int = 0
    lost: list[str] = field(default_factory=list[str])


@contextmanager
def until_done(clients: Sequence[Callable[[threading.Event], None]]) -> Generator[None]:
    """Run clients in threads, and stop them by their event afterwards."""
    stop = threading.Event()
    threads = [threading.Thread(target=client, args=[stop]) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextmanager
def brought_up(checkout: Checkout) -> Generator[subprocess.CompletedProcess[str]]:
    """The stack local of a checkout with real nodes, from `up` to `down`."""
    try:
        with pytest.MonkeyPatch.context() as during:
            during.setenv("REAL_NODE", "yes")
            up = checkout.gpu_cluster("up")
        assert up.returncode == 0, up.stdout + up.stderr
        yield up
    finally:
        down = checkout.gpu_cluster("down")
    assert down.returncode == 0, down.stderr


@dataclass(frozen=True)
class Platform:
    local: Path

    @property
    def api(self) -> DynamicClient:
        return DynamicClient(self.local / "kubeconfig")

    def reason(self, namespace: str, name: str) -> str | None:
        """Reason of an unready pod, as in `gpu-cluster status`."""
        found = replicas_in(KubernetesClient(self.local / "kubeconfig"), namespace)
        return next((it.reason for it in found if it.pod == name), None)

    @property
    def settings(self) -> RealNodeSettings:
        return RealNodeSettings.read(self.local / "real-node" / "settings.json")

    def import_client(self) -> None:
        self.import_images([LocalImage(CLIENT_IMAGE, client_files(), [CLIENT_COMMAND])])

    def import_images(self, images: Sequence[LocalImage]) -> None:
        """Import images into all nodes, after those of the platform."""
        ctr = next(tool for tool in CONTAINERD if tool.name == "ctr")
        settings = wait(self.started, 600)
        for node in settings.nodes:
            folder = Path(node.folder)
            wait(lambda folder=folder: list(folder.glob("images-*")), 300)
            import_images(folder, provide(ctr), images)

    def started(self) -> RealNodeSettings | None:
        """Settings of the nodes, after their programs have started."""
        return self.settings if (self.local / "real-node" / "started").exists() else None

    def run(self, namespace: str, *arguments: str, claim: str | None = None) -> str:
        """Output of the test's program in a pod of a namespace; `claim` is mounted at /data."""
        path = self.begin(namespace, *arguments, claim=claim)
        state = wait(lambda: _ended(self.api.get(path)))
        self.api.delete(path)
        return state.get("message", "")

    def begin(
        self, namespace: str, *arguments: str, claim: str | None = None, gpu_of: str | None = None
    ) -> str:
        """Path of a pod that runs the test's program."""
        name = f"client-{time.monotonic_ns()}"
        path = f"/api/v1/namespaces/{namespace}/pods"
        self.api.create(path, client_pod(name, arguments, claim, gpu_of))
        return f"{path}/{name}"

    def ask(self) -> int:
        """Status of one request through the Service, on its port of this machine."""
        connection = http.client.HTTPConnection("127.0.0.1", self.settings.models["chat"], timeout=30)
        body = json.dumps({"model": "chat", "messages": [{"role": "user", "content": "hello"}]})
        try:
            connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()

    @contextmanager
    def load(self, clients: int) -> Generator[Load]:
        """Clients that send requests one after the other, without retries."""
        load = Load()

        def ask(stop: threading.Event) -> None:
            while not stop.is_set():
                try:
                    status = self.ask()
                except (OSError, http.client.HTTPException) as error:
                    load.lost.append(repr(error))
                    continue
                if status == http.HTTPStatus.OK:
                    load.answered += 1
                else:
                    load.lost.append(str(status))

        with until_done([ask] * clients):
            yield load

    def log(self, namespace: str, pod: str) -> str:
        return self.api.text(f"/api/v1/namespaces/{namespace}/pods/{pod}/log")

    def replicas(self) -> list[dict[str, Any]]:
        return self.api.items(PODS)

    def settled(self) -> bool:
        """Whether two replicas of the newest template are ready and no old replica remains."""
        deployment = self.api.get(DEPLOYMENT)
        status = deployment["status"]
        return (
            status.get("observedGeneration") == deployment["metadata"]["generation"]
            and status.get("updatedReplicas") == status.get("availableReplicas") == 2
            and len(self.replicas()) == 2
        )


def client_files() -> dict[str, bytes]:
    """Files of an image with the test's program."""
    return {CLIENT_COMMAND[1:]: provide(CLIENT).read_bytes()}


def wait(found: Callable[[], Any], seconds: float = _SECONDS) -> Any:
    """The first truthy result."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.3)
    return answer


def _ended(pod: dict[str, Any]) -> dict[str, Any] | None:
    statuses: list[dict[str, Any]] = pod["status"].get("containerStatuses", [])
    return statuses[0]["state"].get("terminated") if statuses else None


def client_pod(
    name: str, arguments: Sequence[str], claim: str | None = None, gpu_of: str | None = None
) -> dict[str, Any]:
    """A pod with the test's program on a real node. `claim`: mounted at /data; `gpu_of`: pool of its GPU."""
    held = {"nvidia.com/gpu": 1} if gpu_of else {}
    of_pool = {"priorityClassName": f"{CLASS_PREFIX}{gpu_of}"} if gpu_of else {}
    nodes = {"gpu-cluster/pool": gpu_of} if gpu_of else {"gpu-cluster/real-node": "true"}
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}] if claim else []
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "nodeSelector": nodes,
            **of_pool,
            "tolerations": [{"operator": "Exists"}],
            "securityContext": {
                "runAsUser": 0 if claim else 2000,
                "runAsNonRoot": not claim,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "client",
                    "image": CLIENT_IMAGE,
                    "args": list(arguments),
                    "resources": {
                        "limits": {"memory": "64Mi", **held},
                        "requests": {"cpu": "1m", "memory": "16Mi"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                        "readOnlyRootFilesystem": True,
                    },
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}] if claim else [],
                }
            ],
            "volumes": volumes,
        },
    }
