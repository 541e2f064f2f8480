"""Requests through the gateway of the local platform, whose rendered pods run on kubelets.

Envoy Gateway, Envoy, TLS, DNS, Services and network policies are the real ones.
"""

import json
import os
import shlex
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.control_plane.processes import Process, processes
from gpu_cluster_tools.toolchain.envoy import missing_envoy
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from tests.real_node.gateway_client import HOST, GatewayClient
from tests.real_node.platform import DEPLOYMENT, Platform, brought_up, wait
from tests.rehearsal.checkout import Checkout, run_gpu_cluster
from tests.unit.gpu_cluster.kubernetes.telemetry.served_metrics import PROXIES as METRICS

_MISSING = missing_requirement() or missing_envoy()

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(_MISSING is not None, reason=f"real nodes and Envoy need {_MISSING}"),
]

STACK = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1}
    edge: {instance: m7i.xlarge, nodes: 1, taints: {gpu-cluster/gateway: {}}}
    l4: {instance: g6.12xlarge, nodes: 1}
  gpu-cluster:storage:
    standard: {kind: host-path, default: true, reclaim: delete}
  gpu-cluster:serving:
    models:
      chat:
        model: Qwen/Qwen3-8B
        pool: l4
        replicas: 2
        context: 8192
        cache: {size: 40Gi}
        env: {MODEL_SERVER_TOKENS_PER_SECOND: "50"}
      chat-next: {model: Qwen/Qwen3-4B, pool: l4, replicas: 1, context: 8192, cache: {size: 40Gi}}
  gpu-cluster:teams:
    vision: {gpus: {l4: 1}, gateway: true}
  gpu-cluster:gateway:
    pool: edge
    host: models.example.com
    tls: {secret: models-tls}
    routes:
      chat: {models: {chat: 75, chat-next: 25}}
      steady: {models: {chat: 1}}
      limited: {models: {chat: 1}, requestsPerMinute: 3}
      counted: {models: {chat: 1}, tokensPerMinute: 60}
"""
TEAM = """\
config:
  gpu-cluster:team: {environment: local, name: vision}
  gpu-cluster:models:
    detect: {model: Qwen/Qwen3-4B, pool: l4, replicas: 1, context: 8192, cache: {size: 30Gi}}
"""
KEYS = {"search": "key-of-search", "other": "key-of-other"}
TEAM_KEY = "key-of-mobile"
SYSTEM = "envoy-gateway-system"
PODS = f"/api/v1/namespaces/{SYSTEM}/pods"
PROXIES = f"{PODS}?labelSelector=gateway.envoyproxy.io%2Fowning-gateway-name%3Dmodels"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("gateway")) / "project")
    made.stack_file.write_text(STACK)
    made.engine.select()
    for consumer, key in KEYS.items():
        set_secret(made, "local", f"gpu-cluster:gateway.keys.{consumer}", key)
    return made


def set_secret(checkout: Checkout, stack: str, path: str, value: str) -> None:
    checkout.engine.output("config", "set", "--stack", stack, "--secret", "--path", path, value)


@pytest.fixture(scope="module")
def shown(checkout: Checkout) -> Iterator[str]:
    """Output of `gpu-cluster up` after the platform is deployed."""
    with brought_up(checkout) as up:
        yield up.stdout
    assert not [it for it in processes(lambda _: True) if str(checkout.folder) in " ".join(it.arguments)]


@pytest.fixture(scope="module")
def platform(checkout: Checkout, shown: str) -> Platform:
    assert shown
    return Platform(checkout.folder / ".local")


@pytest.fixture(scope="module")
def gateway(platform: Platform) -> GatewayClient:
    port = platform.settings.gateway
    assert port
    return GatewayClient(port, platform.local / "gateway.crt")


def test_up_prints_a_working_curl_command(shown: str) -> None:
    assert "without a key: 401" in shown
    *_, line = [it for it in shown.splitlines() if it.startswith("ask it: curl ") and HOST in it]
    asked = subprocess.run(
        shlex.split(line.removeprefix("ask it: ")), capture_output=True, text=True, check=True
    )
    assert "without a model behind it" in json.loads(asked.stdout)["choices"][0]["message"]["content"]


def test_gateway_pods_on_a_real_node_are_ready(platform: Platform) -> None:
    """Probes of the pods succeed, and the Job of the certificates has completed."""
    pods = platform.api.items(PODS)
    assert {pod["spec"]["nodeName"] for pod in pods} == {"edge-0"}
    ended = [pod for pod in pods if pod["status"]["phase"] == "Succeeded"]
    running = [pod for pod in pods if pod not in ended]
    assert len(running) == 7, [pod["metadata"]["name"] for pod in running]
    for pod in running:
        assert all(it["ready"] for it in pod["status"]["containerStatuses"]), pod["status"]
    [condition] = [it for it in _gateway(platform)["status"]["conditions"] if it["type"] == "Programmed"]
    assert condition["status"] == "True", condition


def _gateway(platform: Platform) -> dict[str, Any]:
    path = "/apis/gateway.networking.k8s.io/v1/namespaces/gateway-system/gateways/models"
    return platform.api.get(path)


@pytest.mark.parametrize("program", ["envoy", "envoy-gateway"])
def test_gateway_processes_have_no_privileges(platform: Platform, program: str) -> None:
    """Processes as the kernel reports them: controller, proxies and their sidecars."""
    found = _processes(platform, program)
    assert len(found) == {"envoy": 2, "envoy-gateway": 4}[program]
    for process in found:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        assert status["Uid"].split() == ["65532"] * 4
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")  # 2 is a filter


def _processes(platform: Platform, program: str) -> list[Process]:
    pods = [pod["metadata"]["uid"] for pod in platform.api.items(PODS)]
    return [
        found
        for found in processes(program.__eq__)
        if any(pod in Path(f"/proc/{found.pid}/cgroup").read_text() for pod in pods)
    ]


def test_request_without_a_valid_key_is_refused(gateway: GatewayClient) -> None:
    assert gateway.chat("chat")[0] == HTTPStatus.UNAUTHORIZED
    assert gateway.chat("chat", "wrong")[0] == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_request_with_a_key_gets_the_models_answer(gateway: GatewayClient, header: str) -> None:
    status, answer = gateway.chat("steady", KEYS["search"], header=header)
    assert status == HTTPStatus.OK
    assert answer["choices"][0]["message"]["content"].startswith("This is chat without a model")


def test_streamed_answer_arrives_in_pieces(gateway: GatewayClient) -> None:
    arrived = [(time.monotonic(), event) for event in gateway.stream("steady", KEYS["search"], tokens=100)]
    assert arrived[-1][1] == "[DONE]"
    assert len(arrived) > 20
    assert arrived[-1][0] - arrived[0][0] > 1  # 100 tokens at 50 a second


def test_path_outside_the_model_api_is_not_found(gateway: GatewayClient) -> None:
    for path in ("/steady/metrics", "/steady/health", "/metrics", "/steady"):
        assert gateway.get(path, KEYS["search"]) == HTTPStatus.NOT_FOUND
    assert gateway.get("/steady/v1/models", KEYS["search"]) == HTTPStatus.OK


def test_requests_are_divided_by_weight(gateway: GatewayClient) -> None:
    answers = [gateway.chat("chat", KEYS["search"])[1] for _ in range(200)]
    said = Counter(it["choices"][0]["message"]["content"].split()[2] for it in answers)
    assert said.keys() == {"chat", "chat-next"}
    assert 26 <= said["chat-next"] <= 74  # 50 expected; four standard deviations


def test_each_consumer_has_its_own_rate_limit(gateway: GatewayClient) -> None:
    """Each of two proxies allows three requests."""
    statuses = Counter(gateway.chat("limited", KEYS["search"])[0] for _ in range(10))
    assert statuses.keys() == {HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS}
    assert 3 <= statuses[HTTPStatus.OK] <= 6
    assert gateway.chat("limited", KEYS["other"])[0] == HTTPStatus.OK


def test_token_limit_is_shared_by_both_proxies(gateway: GatewayClient) -> None:
    """The minute of the clock may end in between, which resets the limit."""
    statuses = [gateway.chat("counted", KEYS["search"])[0]]
    while statuses[-1] == HTTPStatus.OK and len(statuses) < 40:
        statuses.append(gateway.chat("counted", KEYS["search"])[0])
    assert statuses[0] == HTTPStatus.OK
    assert statuses[-1] == HTTPStatus.TOO_MANY_REQUESTS
    assert gateway.chat("counted", KEYS["other"])[0] == HTTPStatus.OK


def test_team_has_its_own_routes_and_keys(checkout: Checkout, gateway: GatewayClient) -> None:
    stack = checkout.folder / "stacks" / "Pulumi.local-vision.yaml"
    stack.write_text(TEAM)
    checkout.engine.output("stack", "select", "--create", "--stack", "local-vision", "--non-interactive")
    set_secret(checkout, "local-vision", "gpu-cluster:gateway.keys.mobile", TEAM_KEY)
    up = run_gpu_cluster(checkout.folder, "up", "local-vision")
    assert up.returncode == 0, up.stdout + up.stderr
    wait(lambda: gateway.chat("vision/detect", TEAM_KEY)[0] == HTTPStatus.OK)
    assert gateway.chat("vision/detect")[0] == HTTPStatus.UNAUTHORIZED
    assert gateway.chat("vision/detect", KEYS["search"])[0] == HTTPStatus.UNAUTHORIZED
    assert gateway.chat("steady", TEAM_KEY)[0] == HTTPStatus.UNAUTHORIZED


def test_admin_ports_are_closed_to_other_pods(platform: Platform) -> None:
    platform.import_client()
    [proxy, *_] = platform.api.items(PROXIES)
    address = proxy["status"]["podIP"]
    for port in (19000, 19001, 19002, 19003):
        assert platform.run("default", "get", f"http://{address}:{port}/").startswith("error:")


def test_proxy_serves_the_metrics_that_rules_use(platform: Platform) -> None:
    """Read through the API server. Routes are distinguished by the names of their clusters."""
    [proxy, *_] = platform.api.items(PROXIES)
    text = platform.api.text(f"{PODS}/{proxy['metadata']['name']}:19001/proxy/stats/prometheus")
    assert {line.partition("{")[0] for line in text.splitlines()} >= METRICS
    assert 'envoy_cluster_name="httproute/serving/chat/rule/0' in text


def test_killed_proxy_is_restarted(platform: Platform, gateway: GatewayClient) -> None:
    os.kill(_processes(platform, "envoy")[0].pid, signal.SIGKILL)
    wait(lambda: sum(_restarts(platform)) == 1)
    wait(lambda: _ready_proxies(platform) == 2)
    assert gateway.chat("steady", KEYS["search"])[0] == HTTPStatus.OK


def _restarts(platform: Platform) -> list[int]:
    pods = platform.api.items(PROXIES)
    return [it["restartCount"] for pod in pods for it in pod["status"]["containerStatuses"]]


def _ready_proxies(platform: Platform) -> int:
    pods = [pod for pod in platform.api.items(PROXIES) if "deletionTimestamp" not in pod["metadata"]]
    return sum(all(it["ready"] for it in pod["status"].get("containerStatuses", [])) for pod in pods)


def test_deleted_proxy_completes_its_responses(platform: Platform, gateway: GatewayClient) -> None:
    """Streams through both proxies are completed, and no request under load is lost."""
    events = [gateway.stream("steady", KEYS["search"], tokens=1000) for _ in range(6)]
    begun = [next(each) for each in events]
    assert all(begun)
    with gateway.load("steady", KEYS["search"], clients=4) as load:
        name = platform.api.items(PROXIES)[0]["metadata"]["name"]
        platform.api.delete(f"{PODS}/{name}")
        last = [list(each)[-1] for each in events]
        wait(lambda: all(pod["metadata"]["name"] != name for pod in platform.api.items(PROXIES)), 120)
        wait(lambda: _ready_proxies(platform) == 2)
    assert last == ["[DONE]"] * len(events)
    assert load.lost == []
    assert load.answered > 50


def test_model_rollouts_under_load_lose_no_request(platform: Platform, gateway: GatewayClient) -> None:
    with gateway.load("steady", KEYS["search"], clients=4) as load:
        for turn in range(3):
            again = {"spec": {"template": {"metadata": {"annotations": {"gpu-cluster/turn": str(turn)}}}}}
            platform.api.patch(DEPLOYMENT, again)
            wait(lambda: not _settled(platform))
            wait(lambda: _settled(platform), 180)
    assert load.lost == []
    assert load.answered > 300


def _settled(platform: Platform) -> bool:
    deployment = platform.api.get(DEPLOYMENT)
    status = deployment["status"]
    return (
        status.get("observedGeneration") == deployment["metadata"]["generation"]
        and status.get("updatedReplicas") == status.get("availableReplicas") == status.get("replicas") == 2
    )
