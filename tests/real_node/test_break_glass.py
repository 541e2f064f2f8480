"""A shell on a kubelet opened with a break-glass token, and the events that close it.

Provider local has no on-call: the objects are those that the same library plans for an existing cluster.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, Event

from gpu_cluster.stack import load
from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError, Upgraded
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from tests.real_node.platform import PODS, Platform, brought_up, client_pod, wait
from tests.rehearsal.checkout import Checkout
from tests.unit.platforms import platform_of

_MISSING = missing_requirement()

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(_MISSING is not None, reason=f"real nodes need {_MISSING}"),
]

SITE = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: /nowhere/kubeconfig}
  gpu-cluster:telemetry: {enabled: false}
  gpu-cluster:pools:
    system: {machine: {cpus: 8, memory: 32Gi}, nodes: 1}
    l4: {machine: {cpus: 16, memory: 64Gi, gpu: L4, gpus: 1}, nodes: 1}
  gpu-cluster:storage:
    standard: {kind: local-path, default: true}
  gpu-cluster:serving:
    models:
      chat: {model: Qwen/Qwen3-4B, pool: l4, replicas: 1, context: 8192, cache: {size: 40Gi}}
  gpu-cluster:onCall: {members: ["group:sre"], breakGlassMinutes: 10}
"""
ACCOUNTS = "/api/v1/namespaces/on-call/serviceaccounts"
ACCOUNT = f"{ACCOUNTS}/break-glass-serving"
RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/serving"
POD = "debugged"
COMMAND = "command=/usr/local/bin/client&command=count&command=100000&command=100ms"
EXEC = f"{PODS}/{POD}/exec?{COMMAND}&stdout=true&stderr=true"
PROTOCOL = "v4.channel.k8s.io"
OUTPUT = b"\x01"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The stack local with the on-call objects for its namespace of models, and a pod in it."""
    folder = Path(tmp_path_factory.mktemp("break-glass"))
    (folder / "Pulumi.site.yaml").write_text(SITE)
    graph = platform_of(load(folder / "Pulumi.site.yaml"))[0]
    with brought_up(Checkout.of_local_stack(folder / "project")):
        platform = Platform(folder / "project" / ".local")
        platform.import_client()
        platform.api.create("/api/v1/namespaces", graph.get("Namespace", "on-call").inputs)
        platform.api.create(ACCOUNTS, graph.get("ServiceAccount", "break-glass-serving").inputs)
        for kind in ("Role", "RoleBinding"):
            [planned] = [it.inputs for it in graph.of(kind) if it["metadata.namespace"] == "serving"]
            platform.api.create(f"{RBAC}/{kind.lower()}s", planned)
        platform.api.create(PODS, client_pod(POD, ["count", "100000", "1s"]))
        wait(lambda: platform.api.get(f"{PODS}/{POD}")["status"]["phase"] == "Running")
        yield platform


def _signed_in(platform: Platform, folder: Path) -> ApiServer:
    """Identity with a token that the API server issues for ten minutes."""
    asked: dict[str, Any] = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": 600},
    }
    token = platform.api.create(f"{ACCOUNT}/token", asked)["status"]["token"]
    config = yaml.safe_load((platform.local / "kubeconfig").read_text())
    config["users"][0]["user"] = {"token": token}
    (folder / "kubeconfig").write_text(yaml.safe_dump(config))
    return ApiServer(folder / "kubeconfig")


def _output(stream: Upgraded) -> Iterator[str]:
    """Lines of standard output, until the kubelet closes the stream."""
    protocol = Connection(ConnectionType.CLIENT)
    received = bytearray()
    while data := stream.read(65536, 30):
        protocol.receive_data(data)
        for event in protocol.events():
            message = _message(event)
            if message.startswith(OUTPUT):
                received += message[1:]
                end = received.rfind(b"\n") + 1
                yield from received[:end].decode().splitlines()
                del received[:end]


def _message(event: Event) -> bytes:
    return cast("bytes", event.data) if isinstance(event, BytesMessage) else b""  # pyright: ignore


def test_open_shell_outlives_its_account_and_ends_with_its_pod(platform: Platform, tmp_path: Path) -> None:
    """The API server authenticates at the start of a connection only."""
    engineer = _signed_in(platform, tmp_path)
    with engineer.upgraded(EXEC, PROTOCOL, 30) as stream:
        shell = _output(stream)
        assert next(shell) == "line 1"
        platform.api.delete(ACCOUNT)
        wait(lambda: _is_refused(engineer), 60)
        seen = int(next(shell).split()[1])
        assert int(next(it for it in shell if int(it.split()[1]) > seen + 100).split()[1]) > seen

        platform.api.delete(f"{PODS}/{POD}?gracePeriodSeconds=1")
        assert list(shell)[-1:] != ["line 100000"]
    wait(lambda: all(it["metadata"]["name"] != POD for it in platform.replicas()))


def _is_refused(engineer: ApiServer) -> bool:
    try:
        with engineer.upgraded(EXEC, PROTOCOL, 30):
            return False
    except NoAnswerError as error:
        return "Unauthorized" in str(error)
