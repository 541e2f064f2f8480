"""Routing by prefix cache on the local platform: the real endpoint picker beside the real gateway.

Picker, Envoy Gateway and Envoy run in the rendered pods on kubelets, with network policies between them. The
requests of a replica are counted by its own metrics.
"""

import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.control_plane.processes import Process, processes
from gpu_cluster_tools.toolchain.envoy import missing_envoy
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from tests.real_node.gateway_client import GatewayClient
from tests.real_node.platform import PODS, Platform, brought_up, wait
from tests.rehearsal.checkout import Checkout

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
        model: Qwen/Qwen3-4B
        pool: l4
        replicas: 3
        routing: prefix-cache
        context: 8192
        maxSequences: 4
        cache: {size: 40Gi}
        env: {MODEL_SERVER_TOKENS_PER_SECOND: "50"}
  gpu-cluster:gateway:
    pool: edge
    host: models.example.com
    tls: {secret: models-tls}
"""
KEY = "key-of-search"
REPLICAS = f"{PODS}?labelSelector=app.kubernetes.io%2Finstance%3Dchat"
PICKERS = f"{PODS}?labelSelector=app.kubernetes.io%2Fname%3Dendpoint-picker"
DEPLOYMENTS = "/apis/apps/v1/namespaces/serving/deployments"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("picker")) / "project")
    made.stack_file.write_text(STACK)
    made.engine.select()
    path = "gpu-cluster:gateway.keys.search"
    made.engine.output("config", "set", "--stack", "local", "--secret", "--path", path, KEY)
    return made


@pytest.fixture(scope="module")
def platform(checkout: Checkout) -> Iterator[Platform]:
    with brought_up(checkout):
        yield Platform(checkout.folder / ".local")


@pytest.fixture(scope="module")
def gateway(platform: Platform) -> GatewayClient:
    port = platform.settings.gateway
    assert port
    return GatewayClient(port, platform.local / "gateway.crt")


def prompt(topic: str, end: str = "") -> str:
    """A long prompt whose beginning is unique to the topic."""
    return " ".join(f"{topic}-{number}" for number in range(600)) + f" {end}"


def test_endpoint_pickers_run_on_a_real_node_without_privileges(platform: Platform) -> None:
    pods = platform.api.items(PICKERS)
    assert {pod["metadata"]["labels"]["app.kubernetes.io/instance"] for pod in pods} == {
        "chat-picker",
        "chat-picker-standby",
    }
    assert {pod["spec"]["nodeName"] for pod in pods} == {"edge-0"}
    for process in _processes(platform):
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        assert status["Uid"].split() == ["65532"] * 4
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")  # 2 is a filter


def test_replica_has_all_metrics_that_a_picker_reads(platform: Platform) -> None:
    for pod in platform.api.items(PICKERS):
        assert "extract failed" not in platform.log("serving", pod["metadata"]["name"])


def test_prompts_with_the_same_prefix_reach_one_replica(platform: Platform, gateway: GatewayClient) -> None:
    """Eight prefixes are spread over replicas, and all five requests of each reach the same replica."""
    reached: list[str] = []
    for number in range(8):
        with counted(platform) as requests:
            for end in range(5):
                status, _ = gateway.chat("chat", KEY, content=prompt(f"topic{number}", f"end {end}"))
                assert status == HTTPStatus.OK
                time.sleep(0.05)
        [(replica, count)] = requests.items()
        assert count == 5
        reached.append(replica)
    assert len(set(reached)) > 1, reached


def test_replica_with_a_queue_gets_no_further_requests(platform: Platform, gateway: GatewayClient) -> None:
    """Four running sequences and one waiting have the same prefix; the next one goes to another replica."""
    with counted(platform) as first:
        assert gateway.chat("chat", KEY, content=prompt("busy"))[0] == HTTPStatus.OK
    [busy] = first
    streams = [gateway.stream("chat", KEY, 400, prompt("busy", f"stream {number}")) for number in range(4)]
    assert all(next(it) for it in streams)
    waiting = threading.Thread(target=gateway.chat, args=["chat", KEY], kwargs={"content": prompt("busy")})
    waiting.start()
    wait(lambda: _metric(platform, busy, "num_requests_waiting") == 1)
    time.sleep(0.5)
    with counted(platform) as others:
        for number in range(6):
            assert gateway.chat("chat", KEY, content=prompt(f"other{number}"))[0] == HTTPStatus.OK
        assert gateway.chat("chat", KEY, content=prompt("busy", "again"))[0] == HTTPStatus.OK
    assert busy not in others
    assert others.total() == 7
    assert [list(it)[-1] for it in streams] == ["[DONE]"] * 4
    waiting.join()


def test_client_cannot_choose_the_replica(platform: Platform, gateway: GatewayClient) -> None:
    with counted(platform) as first:
        gateway.chat("chat", KEY, content=prompt("mine"))
    other = next(pod for pod in platform.api.items(REPLICAS) if pod["metadata"]["name"] not in first)
    claimed = {"x-gateway-destination-endpoint": f"{other['status']['podIP']}:8000"}
    with counted(platform) as again:
        for _ in range(4):
            gateway.chat("chat", KEY, content=prompt("mine"), claimed=claimed)
    assert again.keys() == first.keys()


@pytest.mark.parametrize("key", [None, "wrong"])
def test_request_without_a_valid_key_is_refused(gateway: GatewayClient, key: str | None) -> None:
    assert gateway.chat("chat", key, content=prompt("secret"))[0] == HTTPStatus.UNAUTHORIZED


def test_streamed_answer_arrives_in_pieces(gateway: GatewayClient) -> None:
    arrived = [(time.monotonic(), event) for event in gateway.stream("chat", KEY, tokens=100)]
    assert arrived[-1][1] == "[DONE]"
    assert len(arrived) > 20
    assert arrived[-1][0] - arrived[0][0] > 1  # 100 tokens at 50 a second


def test_other_api_paths_need_no_picker(gateway: GatewayClient) -> None:
    assert gateway.get("/chat/v1/models", KEY) == HTTPStatus.OK
    for path in ("/chat/metrics", "/chat/health", "/metrics", "/chat"):
        assert gateway.get(path, KEY) == HTTPStatus.NOT_FOUND


def test_slow_request_is_answered(gateway: GatewayClient) -> None:
    """The picker answers after it has received the complete request."""
    assert gateway.slow_chat("chat", KEY, seconds=5) == HTTPStatus.OK


def test_terminated_replica_is_not_chosen(platform: Platform, gateway: GatewayClient) -> None:
    with counted(platform) as first:
        gateway.chat("chat", KEY, content=prompt("dying"))
    [name] = first
    platform.api.delete(f"{PODS}/{name}?gracePeriodSeconds=0")
    wait(lambda: len(_ready(platform)) == 2 or name not in _ready(platform))
    statuses = Counter(gateway.chat("chat", KEY, content=prompt("dying", str(it)))[0] for it in range(20))
    assert statuses == {HTTPStatus.OK: 20}
    wait(lambda: len(_ready(platform)) == 3)


def test_standby_picker_takes_over(platform: Platform, gateway: GatewayClient) -> None:
    """A stream that began before is completed, and requests with one prefix still reach one replica."""
    stream = gateway.stream("chat", KEY, 750, prompt("survivor"))
    assert next(stream)
    with gateway.load("chat", KEY, clients=3) as load:
        _scale(platform, {"chat-picker": 0})
        time.sleep(5)
    assert load.lost == []
    assert load.answered > 10
    with counted(platform) as requests:
        for end in range(5):
            assert gateway.chat("chat", KEY, content=prompt("after", str(end)))[0] == HTTPStatus.OK
            time.sleep(0.05)
    assert sorted(requests.values())[-1] == 5
    assert list(stream)[-1] == "[DONE]"


def test_requests_without_a_picker_are_refused(platform: Platform, gateway: GatewayClient) -> None:
    _scale(platform, {"chat-picker": 0, "chat-picker-standby": 0})
    wait(lambda: gateway.chat("chat", KEY)[0] >= 500)
    assert gateway.get("/chat/v1/models", KEY) == HTTPStatus.OK
    _scale(platform, {"chat-picker": 1, "chat-picker-standby": 1})
    wait(lambda: gateway.chat("chat", KEY)[0] == HTTPStatus.OK)


def test_killed_picker_is_restarted(platform: Platform, gateway: GatewayClient) -> None:
    before = len(_processes(platform))
    os.kill(_processes(platform)[0].pid, signal.SIGKILL)
    wait(lambda: sum(_restarts(platform)) == 1)
    wait(lambda: len(_processes(platform)) == before == 2)
    wait(lambda: gateway.chat("chat", KEY)[0] == HTTPStatus.OK)


class counted:  # noqa: N801  # reads as the statement that it is
    """Requests that each replica started during a block; replicas without requests are omitted."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.requests = Counter[str]()

    def __enter__(self) -> Counter[str]:
        self.before = self._now()
        return self.requests

    def __exit__(self, *_: object) -> None:
        after = self._now()
        self.requests.update({name: count - self.before.get(name, 0) for name, count in after.items()})
        for name in [name for name, count in self.requests.items() if not count]:
            del self.requests[name]

    def _now(self) -> Mapping[str, int]:
        return {
            name: int(_metric(self.platform, name, "request_queue_time_seconds_count"))
            for name in _ready(self.platform)
        }


def _metric(platform: Platform, replica: str, name: str) -> float:
    text = platform.api.text(f"{PODS}/{replica}:8000/proxy/metrics")
    [value] = re.findall(rf"^vllm:{name}{{.*}} (\S+)$", text, re.MULTILINE)
    return float(value)


def _ready(platform: Platform) -> list[str]:
    return [
        pod["metadata"]["name"]
        for pod in platform.api.items(REPLICAS)
        if "deletionTimestamp" not in pod["metadata"]
        and all(it["ready"] for it in pod["status"].get("containerStatuses", [{"ready": False}]))
    ]


def _scale(platform: Platform, replicas: Mapping[str, int]) -> None:
    for name, count in replicas.items():
        platform.api.patch(f"{DEPLOYMENTS}/{name}", {"spec": {"replicas": count}})
    for name, count in replicas.items():
        wait(lambda name=name, count=count: _status(platform, name).get("readyReplicas", 0) == count)


def _status(platform: Platform, name: str) -> Any:
    return platform.api.get(f"{DEPLOYMENTS}/{name}")["status"]


def _processes(platform: Platform) -> list[Process]:
    pods = [pod["metadata"]["uid"] for pod in platform.api.items(PICKERS)]
    return [
        found
        for found in processes("epp".__eq__)
        if any(pod in Path(f"/proc/{found.pid}/cgroup").read_text() for pod in pods)
    ]


def _restarts(platform: Platform) -> list[int]:
    pods = platform.api.items(PICKERS)
    return [it["restartCount"] for pod in pods for it in pod["status"]["containerStatuses"]]
