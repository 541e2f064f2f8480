"""Token limits with the real Envoy, its rate limit service and Valkey, on a real API server.

Requests get their replica from Envoy, or from the real endpoint picker. Envoy, the service and Valkey run in
one network with what the platform and the controller render; the controller has another network, because it
uses the same ports as the service. The model server reports usage as vLLM does, with the arguments that the
platform renders for it. Requires root, for the networks.
"""

import base64
import json
import os
import shutil
import socket
import ssl
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.images import RATE_LIMIT as RATE_LIMIT_IMAGE
from gpu_cluster.images import VALKEY as VALKEY_IMAGE
from gpu_cluster_tools.real_node.self_signed import self_signed_secret
from gpu_cluster_tools.rehearsal import Sandbox
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import Object
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.toolchain import ENDPOINT_PICKER, ENVOY_GATEWAY, RATE_LIMIT, provide
from gpu_cluster_tools.toolchain.envoy import ENVOY, VALKEY, libraries_of, missing_envoy
from gpu_cluster_tools.toolchain.real_node import MODEL_SERVER
from tests.rehearsal import envoy
from tests.rehearsal.envoy import SYSTEM, running
from tests.rehearsal.envoy_bootstrap import bootstrap
from tests.rehearsal.private_network import PrivateNetwork, private_network
from tests.rehearsal.site import run, site_sandbox
from tests.rehearsal.within import within

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for a network of its own"),
    pytest.mark.skipif(missing_envoy() is not None, reason=f"needs {missing_envoy()}"),
]

LIMIT = 50
SITE = f"""\
config:
  gpu-cluster:cluster: {{provider: existing, kubeconfig: /nowhere/kubeconfig}}
  gpu-cluster:gpu: {{devicePlugin: false}}
  gpu-cluster:telemetry: {{enabled: false}}
  gpu-cluster:pools:
    system: {{instance: m7i.xlarge, nodes: 3, labels: {{site.example/role: system}}}}
    l4: {{instance: g6.xlarge, nodes: 2, labels: {{site.example/role: l4}}}}
  gpu-cluster:storage:
    files: {{kind: csi, provisioner: csi.site.example, default: true, shared: true}}
  gpu-cluster:serving:
    models:
      chat:
        model: Qwen/Qwen3-8B
        pool: l4
        replicas: 2
        routing: ROUTING
        context: 8192
        cache: {{size: 40Gi}}
  gpu-cluster:gateway:
    host: models.example.com
    tls: {{secret: models-tls}}
    keys:
      search: {{secure: one that a rehearsal invents}}
      other: {{secure: one that a rehearsal invents}}
      batch: {{secure: one that a rehearsal invents}}
    tokensPerMinute: {LIMIT}
    limits:
      batch: {{tokensPerMinute: {4 * LIMIT}}}
    routes:
      chat: {{models: {{chat: 1}}}}
      streamed: {{models: {{chat: 1}}}}
      left: {{models: {{chat: 1}}}}
      small: {{models: {{chat: 1}}, tokensPerMinute: 1}}
"""
HOST = "models.example.com"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{SYSTEM}/deployments"
ENVOYS = "/apis/gateway.envoyproxy.io/v1alpha1/namespaces"
FLAGS = Path(__file__).parents[2] / "components/gpu_cluster/catalog/engines/vllm-0.26.0.json"
CLUSTER_NAMES = (
    "envoy-gateway",
    f"envoy-ratelimit.{SYSTEM}.svc.cluster.local",
    f"rate-limit-counters.{SYSTEM}.svc.cluster.local",
    "chat-picker.serving.svc.cluster.local",
    "chat-picker-standby.serving.svc.cluster.local",
)
RATE_LIMITERS, COUNTERS = "envoy-ratelimit", "rate-limit-counters"
ROUTINGS = ("least-request", "prefix-cache")
PICKER = "chat-picker"
MODELS = ("10.99.0.1", "10.99.0.2")
_SECONDS = 60


@pytest.fixture(scope="module", params=ROUTINGS)
def routing(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def sandbox(routing: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("gateway")
    site = SITE.replace("ROUTING", routing)
    with site_sandbox(folder, site, ENVOY_GATEWAY) as sandbox, simulated_controllers(sandbox):
        run(sandbox, "up")
        secrets = "/api/v1/namespaces/gateway-system/secrets"
        sandbox.api.create(secrets, self_signed_secret("models-tls", "gateway-system", HOST))
        yield sandbox


@pytest.fixture(scope="module")
def gateway(
    routing: str, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["GatewayClient"]:
    folder = tmp_path_factory.mktemp("limits")
    programs = envoy.Programs(sandbox.toolchain.path(ENVOY_GATEWAY.name), folder)
    secret = sandbox.api.get("/api/v1/namespaces/serving/secrets/gateway-keys")["data"]
    keys = {name: base64.b64decode(key).decode() for name, key in secret.items()}
    with private_network() as controlled, private_network() as network, ExitStack() as started:

        def start(name: str, command: list[str], environment: Mapping[str, str]) -> None:
            log = folder / f"{name}.log"
            started.enter_context(running(network.command(*command), environment, log))

        started.enter_context(envoy.envoy_gateway(sandbox, controlled, programs))
        for port in (18000, 18001):  # the controller listens on ports of the service too
            network.reach(port, controlled)
        assert within(_SECONDS, lambda: bool(_deployments(sandbox, RATE_LIMITERS))), _end(
            folder, "controller"
        )
        start("counters", _counters(sandbox), {})
        assert within(_SECONDS, lambda: network.call(lambda: _listens(6379))), _end(folder, "counters")
        start("ratelimit", *_service(sandbox, folder / "ratelimit"))
        assert within(_SECONDS, lambda: network.call(lambda: _listens(8081))), _end(folder, "ratelimit")
        start("model", *_model(sandbox, network, folder / "model"))
        if routing == "prefix-cache":
            start("picker", *_picker(sandbox, network, folder / "picker"))
        start("envoy", _envoy(sandbox, folder / "envoy"), {})
        client = GatewayClient(network, keys, folder / "picker.log")
        assert within(_SECONDS, client.answers), _end(folder, "envoy", "ratelimit", "model", "controller")
        yield client


@pytest.fixture(autouse=True)
def _within_one_minute() -> None:
    """Wait for a new minute if needed: the service counts tokens by the minute of the clock."""
    if (now := time.time() % 60) > 40:
        time.sleep(60 - now)


def test_controller_accepts_the_limits(sandbox: Sandbox, gateway: "GatewayClient") -> None:
    assert gateway.answers()
    policies = ("gateway-system/envoyextensionpolicies/token-usage", "serving/backendtrafficpolicies/small")
    for policy in policies:
        [ancestor, *_] = sandbox.api.get(f"{ENVOYS}/{policy}")["status"]["ancestors"]
        [accepted] = [it for it in ancestor["conditions"] if it["type"] == "Accepted"]
        assert accepted["status"] == "True", accepted


@pytest.mark.usefixtures("gateway")
def test_rate_limit_service_is_admitted_with_the_pinned_image(sandbox: Sandbox) -> None:
    """The quota and the Pod Security level of the namespace admit its pods and those of Valkey."""
    for selector, replicas in ((RATE_LIMITERS, 2), (COUNTERS, 1)):
        ready = [2 if selector == RATE_LIMITERS else 1]
        assert within(
            _SECONDS,
            lambda selector=selector, ready=ready: (
                [it["status"].get("readyReplicas") for it in _deployments(sandbox, selector)] == ready
            ),
        )
        [deployment] = _deployments(sandbox, selector)
        assert deployment["spec"]["replicas"] == replicas
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        image = RATE_LIMIT_IMAGE if selector == RATE_LIMITERS else VALKEY_IMAGE
        assert container["image"] == image.at(None)


def test_answers_use_up_only_the_tokens_of_their_consumer(gateway: "GatewayClient") -> None:
    """The answer that exceeds the limit is still complete; the next request is refused."""
    used, statuses = _use(gateway, "chat", "search", 10)
    assert statuses == [*[200] * (len(statuses) - 1), 429]
    assert LIMIT <= used < LIMIT + 40
    assert gateway.chat("chat", "other")[0] == 200


def test_consumer_can_have_its_own_limit(gateway: "GatewayClient") -> None:
    used, statuses = _use(gateway, "chat", "batch", 40)
    assert statuses[-1] == 429
    assert 4 * LIMIT <= used < 4 * LIMIT + 40


def test_route_can_have_its_own_limit(gateway: "GatewayClient") -> None:
    used, statuses = _use(gateway, "small", "other", 4)
    assert statuses == [*[200] * (len(statuses) - 1), 429]
    assert used < LIMIT


def test_streamed_tokens_are_counted_without_a_request_for_usage(gateway: "GatewayClient") -> None:
    used = 0
    while (events := gateway.stream("streamed", "search")) is not None:
        used += _usage(events[-2])  # the last event is [DONE]
        assert used < 3 * LIMIT
    assert LIMIT <= used < LIMIT + 40


def test_tokens_of_a_disconnected_client_are_counted(gateway: "GatewayClient") -> None:
    used = 0
    while (events := gateway.stream("left", "search", most=4)) is not None:
        used += _usage(events[-1])
        assert used < 3 * LIMIT
    assert used >= LIMIT - 20


def test_stream_arrives_event_by_event(gateway: "GatewayClient") -> None:
    with gateway.request("chat", "other", stream=True) as answer:
        arrived = [time.monotonic() for line in answer if line.startswith(b"data: {")]
    assert len(arrived) > 5
    assert arrived[-1] - arrived[0] > 0.05  # 10 ms for each token


def test_request_without_a_valid_key_is_refused(gateway: "GatewayClient") -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        with gateway.request("chat", None, headers=headers) as answer:
            assert answer.status == 401


def test_picker_receives_only_requests_of_prefix_cache_routes(routing: str, gateway: "GatewayClient") -> None:
    picked = gateway.seen_by_picker()
    gateway.chat("chat", "other")
    assert gateway.seen_by_picker() - picked == (1 if routing == "prefix-cache" else 0)


@dataclass(frozen=True)
class GatewayClient:
    """TLS requests to Envoy in its own network."""

    network: PrivateNetwork
    keys: Mapping[str, str]
    picker_log: Path

    def seen_by_picker(self) -> int:
        """Number of requests for which the picker chose a replica, from its log; zero without a picker."""
        time.sleep(0.2)
        return self.picker_log.read_text().count(_SEEN) if self.picker_log.exists() else 0

    def answers(self) -> bool:
        """Whether a model answers; uses a separate limit that no test counts."""
        try:
            return self.chat("small", "batch")[0] in (200, 429)
        except (OSError, HTTPException):
            return False

    def chat(self, route: str, consumer: str) -> tuple[int, int]:
        """Status, and the number of tokens that the model counted."""
        with self.request(route, consumer) as answer:
            content = answer.read()
        time.sleep(0.1)  # tokens are counted after the end of the answer
        return answer.status, json.loads(content)["usage"]["total_tokens"] if answer.status == 200 else 0

    def stream(self, route: str, consumer: str, most: int = 1000) -> list[str] | None:
        """Events of an answer, closed by the client after `most` events; None if refused."""
        with self.request(route, consumer, stream=True) as answer:
            if answer.status == 429:
                return None
            assert answer.status == 200
            events = (line.decode().strip() for line in answer if line.startswith(b"data: "))
            taken = list(islice(events, most))
        time.sleep(0.2)
        return taken

    @contextmanager
    def request(
        self,
        route: str,
        consumer: str | None,
        *,
        stream: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Generator[HTTPResponse]:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = HTTPSConnection(HOST, timeout=10)
        plain = self.network.call(lambda: socket.create_connection(("127.0.0.1", 10443), 10))
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        message = {"role": "user", "content": 'one two three "total_tokens": 100000'}
        body = json.dumps({"model": route, "messages": [message], "stream": stream})
        given = {"Authorization": f"Bearer {self.keys[consumer]}"} if consumer else {}
        try:
            connection.request("POST", f"/{route}/v1/chat/completions", body, given | dict(headers or {}))
            yield connection.getresponse()
        finally:
            connection.close()


def _use(gateway: GatewayClient, route: str, consumer: str, most: int) -> tuple[int, list[int]]:
    """Number of tokens in the answers until a request is refused, and all statuses."""
    used, statuses = 0, list[int]()
    while len(statuses) < most and 429 not in statuses:
        status, tokens = gateway.chat(route, consumer)
        statuses.append(status)
        used += tokens
    return used, statuses


def _usage(event: str) -> int:
    tokens: int = json.loads(event.removeprefix("data: "))["usage"]["total_tokens"]
    return tokens


def _deployments(sandbox: Sandbox, name: str) -> list[Object]:
    return sandbox.api.items(f"{DEPLOYMENTS}?labelSelector=app.kubernetes.io%2Fname%3D{name}")


def _container(sandbox: Sandbox, name: str) -> Object:
    [deployment] = _deployments(sandbox, name)
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    return container


def _counters(sandbox: Sandbox) -> list[str]:
    """Valkey with the arguments of its pod."""
    return [str(VALKEY.provide()), *_container(sandbox, COUNTERS)["args"]]


def _service(sandbox: Sandbox, root: Path) -> tuple[list[str], dict[str, str]]:
    """The service with the environment and the certificates of the pods that the controller creates."""
    _file_system(root, provide(RATE_LIMIT))
    _certificates(sandbox, "envoy-rate-limit", root / "certs")
    (root / "data" / "ratelimit").mkdir(parents=True)
    (root / "etc" / "statsd-exporter").mkdir()
    mapping = sandbox.api.get(f"/api/v1/namespaces/{SYSTEM}/configmaps/statsd-exporter-config")["data"]
    (root / "etc" / "statsd-exporter" / "conf.yaml").write_text(mapping["conf.yaml"])
    environment = {it["name"]: it["value"] for it in _container(sandbox, RATE_LIMITERS)["env"]}
    # Envoy has its own metrics on the same port.
    environment |= {"PROMETHEUS_ADDR": ":19011"}
    return ["chroot", str(root), "/ratelimit"], environment


def _model(sandbox: Sandbox, network: PrivateNetwork, root: Path) -> tuple[list[str], dict[str, str]]:
    """One model server with the arguments of the model's pods, at the addresses assigned to them."""
    pods = "/api/v1/namespaces/serving/pods"
    replicas = sandbox.api.items(f"{pods}?labelSelector=app.kubernetes.io%2Finstance%3Dchat")
    for pod, address in zip(replicas, MODELS, strict=True):
        status = {"podIP": address, "podIPs": [{"ip": address}]}  # simulated pods have none
        sandbox.api.patch(f"{pods}/{pod['metadata']['name']}/status", {"status": status})
        network.address(address)
    [container] = replicas[0]["spec"]["containers"]
    _file_system(root, provide(MODEL_SERVER))
    shutil.copy(FLAGS, root / "vllm-flags.json")
    speed = {"MODEL_SERVER_LOAD_SECONDS": "0", "MODEL_SERVER_TOKENS_PER_SECOND": "100"}
    return ["chroot", str(root), "/vllm", "serve", *container["args"]], speed


def _picker(sandbox: Sandbox, network: PrivateNetwork, root: Path) -> tuple[list[str], dict[str, str]]:
    """One picker instead of two, with the arguments of their pods and the permissions of their account."""
    pods = f"/api/v1/namespaces/serving/pods?labelSelector=app.kubernetes.io%2Finstance%3D{PICKER}"
    [pod] = sandbox.api.items(pods)
    [container] = pod["spec"]["containers"]
    network.reach(sandbox.control_plane.port)
    kubeconfig = root / "kubeconfig"
    root.mkdir()
    account = f"system:serviceaccount:serving:{pod['spec']['serviceAccountName']}"
    sandbox.control_plane.admit(kubeconfig, user=account, group="system:serviceaccounts:serving")
    said = [it for it in container["args"] if not it.startswith("--v=")]
    return [str(provide(ENDPOINT_PICKER)), *said, "--v=2"], {"KUBECONFIG": str(kubeconfig)}


def _envoy(sandbox: Sandbox, root: Path) -> list[str]:
    """Envoy with the certificates of its pods, in /certs as in the pods."""
    executable = ENVOY.provide()
    _file_system(root, executable)
    _certificates(sandbox, "envoy", root / "certs")
    for path, content in libraries_of(executable).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
        (root / path).chmod(0o755)
    for kind, files in _SECRETS.items():
        source = {"@type": _SECRET, "name": kind, **files}
        (root / "certs" / f"{kind.replace('_', '-')}.json").write_text(json.dumps({"resources": [source]}))
    (root / "bootstrap.json").write_text(json.dumps(bootstrap(Path("/certs"))))
    return ["chroot", str(root), "/envoy", "-c", "/bootstrap.json", "--disable-hot-restart"]


def _file_system(root: Path, executable: Path) -> None:
    for name in ("dev", "etc", "tmp", "certs"):
        (root / name).mkdir(parents=True)
    (root / "dev" / "stdout").touch()  # of access logs
    (root / "etc" / "hosts").write_text(f"127.0.0.1 localhost {' '.join(CLUSTER_NAMES)}\n")
    shutil.copy(executable, root)


def _certificates(sandbox: Sandbox, secret: str, folder: Path) -> None:
    found = sandbox.api.get(f"/api/v1/namespaces/{SYSTEM}/secrets/{secret}")["data"]
    for name, content in found.items():
        (folder / name).write_bytes(base64.b64decode(content))


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _end(folder: Path, *names: str) -> str:
    return "\n".join(f"{it}: {(folder / f'{it}.log').read_text()[-2500:]}" for it in names)


_SEEN = "EPP sent request body response(s) to proxy"
"""Line of the picker's log at level 2 (pkg/epp/handlers/server.go of v1.5.0)."""

_SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
_SECRETS: Mapping[str, Mapping[str, Any]] = {
    "xds_certificate": {
        "tls_certificate": {
            "certificate_chain": {"filename": "/certs/tls.crt"},
            "private_key": {"filename": "/certs/tls.key"},
        }
    },
    "xds_trusted_ca": {
        "validation_context": {
            "trusted_ca": {"filename": "/certs/ca.crt"},
            "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": "envoy-gateway"}}],
        }
    },
}
"""Files with the paths of Envoy's certificates (internal/xds/bootstrap of v1.6.0)."""
