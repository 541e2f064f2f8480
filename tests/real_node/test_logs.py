"""Logs from kubelets and containerd: the rendered agents and collector, under their own security contexts.

The collector is the real one, and a second real one receives its output over HTTPS.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.control_plane.processes import Process, processes
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from tests.real_node.journal import JOURNALD, journals_of
from tests.real_node.log_store import CERTIFICATE, HOST, PORT, create_store
from tests.real_node.platform import Platform, brought_up, wait
from tests.rehearsal.checkout import Checkout
from tests.witnesses.otel_collector import records_in

_MISSING = missing_requirement() or (None if JOURNALD.exists() else "journald")

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(_MISSING is not None, reason=f"real nodes with journals need {_MISSING}"),
]

STACK = f"""\
config:
  gpu-cluster:cluster: {{provider: local}}
  gpu-cluster:pools:
    system: {{instance: m7i.xlarge, nodes: 1}}
    l4: {{instance: g6.4xlarge, nodes: 2}}
  gpu-cluster:storage:
    standard: {{kind: host-path, default: true, reclaim: delete}}
  gpu-cluster:logs:
    files: {{size: 1Gi}}
    otlp: {{url: "https://{HOST}:{PORT}"}}
  gpu-cluster:serving:
    models:
      chat:
        model: meta-llama/Llama-3.1-8B-Instruct
        pool: l4
        replicas: 1
        context: 8192
        cache: {{size: 40Gi}}
  gpu-cluster:teams:
    vision: {{gpus: {{l4: 1}}}}
"""
AGENTS = "/api/v1/namespaces/logs-nodes/pods"
COLLECTORS = "/api/v1/namespaces/logs/pods"
SYS_CHROOT = 1 << 18
LINES = 1500


@dataclass(frozen=True)
class Kept:
    """The two destinations."""

    files: Path
    store: Path

    def of(self, namespace: str, pod: str) -> list[list[dict[str, Any]]]:
        """Records of a pod in each destination."""
        return [
            [
                it
                for it in records_in(file)
                if it["resource"].get("k8s.namespace.name") == namespace
                and it["resource"].get("k8s.pod.name") == pod
            ]
            for file in (self.files, self.store)
        ]

    def numbers(self, namespace: str, pod: str) -> list[Counter[int]]:
        """Number of times that each numbered line arrived in each destination."""
        return [
            Counter(int(it["body"]["stringValue"].removeprefix("line ")) for it in records)
            for records in self.of(namespace, pod)
        ]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    checkout = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("logs")) / "project")
    checkout.stack_file.write_text(STACK)
    authorities = tmp_path_factory.mktemp("authorities") / "ca.crt"
    authorities.write_bytes(CERTIFICATE.certificate)
    platform = Platform(checkout.folder / ".local")
    with ExitStack() as during:
        during.enter_context(pytest.MonkeyPatch.context()).setenv("SSL_CERT_FILE", str(authorities))
        during.enter_context(journals_of(platform))
        during.enter_context(brought_up(checkout))
        platform.import_client()
        yield platform


@pytest.fixture(scope="module")
def kept(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Destinations; the store is created after the collector has had data for it for a long time."""
    volumes = platform.api.items("/api/v1/persistentvolumes")
    [volume] = [it for it in volumes if it["spec"]["claimRef"]["namespace"] == "logs"]
    files = Path(volume["spec"]["hostPath"]["path"]) / "files" / "logs.json"
    wait(lambda: files.exists() and records_in(files))
    return Kept(files, create_store(platform.api, tmp_path_factory.mktemp("store")))


def test_log_agents_and_collector_run_with_their_security_contexts(platform: Platform) -> None:
    """The kernel reports agents as root with one capability, and the collector without any."""
    agents, collectors = platform.api.items(AGENTS), platform.api.items(COLLECTORS)
    real = {node.name for node in platform.settings.nodes}
    for pod in (*agents, *collectors):
        if pod["spec"]["nodeName"] in real:
            [program] = _programs(pod)
            status = _status(program)
            user, capabilities = (0, SYS_CHROOT) if pod in agents else (65534, 0)
            assert status["Uid"].split() == [str(user)] * 4
            assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == capabilities
            assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")  # 2 is a filter
            assert [it["ready"] for it in pod["status"]["containerStatuses"]] == [True]
    assert real == {"l4-0", "l4-1", "system-0"} == {pod["spec"]["nodeName"] for pod in agents}
    assert [pod["spec"]["nodeName"] for pod in collectors] == ["system-0"]


def test_lines_of_the_model_server_arrive_with_pod_attributes(platform: Platform, kept: Kept) -> None:
    """The lines were written before the store existed."""
    [replica] = platform.replicas()
    name = replica["metadata"]["name"]
    expected = {
        "service.name": "pods/serving",
        "k8s.namespace.name": "serving",
        "k8s.pod.name": name,
        "k8s.pod.uid": replica["metadata"]["uid"],
        "k8s.container.name": replica["spec"]["containers"][0]["name"],
        "k8s.node.name": replica["spec"]["nodeName"],
    }

    for records in wait(lambda: _each(kept.of("serving", name))):
        lines = [it["body"]["stringValue"] for it in records]
        assert any("serving [chat] on port" in it for it in lines), lines
        assert len(lines) == len(set(lines))
        assert all(it["resource"].items() >= expected.items() for it in records), records[0]["resource"]
        assert all(int(it["timeUnixNano"]) > 0 for it in records)


def test_team_has_one_stream_and_logs_of_log_pods_are_dropped(platform: Platform, kept: Kept) -> None:
    pod = _counting(platform, 3, "1ms")

    for records in wait(lambda: _each(kept.of("vision", pod.rpartition("/")[2]))):
        assert {it["resource"]["service.name"] for it in records} == {"pods/vision"}
    for file in (kept.files, kept.store):
        namespaces = {it["resource"].get("k8s.namespace.name") for it in records_in(file)}
        assert not namespaces & {"logs", "logs-nodes"}


def test_restarted_agent_loses_and_repeats_no_line(platform: Platform, kept: Kept) -> None:
    pod = _counting(platform, LINES, "20ms")
    name = pod.rpartition("/")[2]
    wait(lambda: _arrived(kept, name) > LINES // 10)

    agent = _agent(platform, platform.api.get(pod)["spec"]["nodeName"])
    platform.api.delete(f"{AGENTS}/{agent['metadata']['name']}")

    assert _arrived(kept, name) < LINES
    wait(lambda: _ended(kept, name))
    assert _settled(kept, name) == [Counter(range(1, LINES + 1))] * 2


def test_killed_agent_loses_no_line(platform: Platform, kept: Kept) -> None:
    pod = _counting(platform, LINES, "20ms")
    name = pod.rpartition("/")[2]
    wait(lambda: _arrived(kept, name) > LINES // 10)

    [program] = _programs(_agent(platform, platform.api.get(pod)["spec"]["nodeName"]))
    os.kill(program.pid, signal.SIGKILL)

    assert _arrived(kept, name) < LINES
    wait(lambda: _ended(kept, name))
    for numbers in _settled(kept, name):
        assert set(range(1, LINES + 1)) - set(numbers) == set()
        assert numbers.total() < LINES * 1.1  # the lines read last may arrive twice


def test_lines_wait_on_their_node_while_the_collector_is_down(platform: Platform, kept: Kept) -> None:
    scale = "/apis/apps/v1/namespaces/logs/statefulsets/log-collector/scale"
    platform.api.patch(scale, {"spec": {"replicas": 0}})
    try:
        wait(lambda: not platform.api.items(COLLECTORS))
        pod = _counting(platform, LINES, "1ms")
        wait(lambda: platform.api.get(pod)["status"]["phase"] == "Succeeded")
        name = pod.rpartition("/")[2]
        assert _arrived(kept, name) == 0
    finally:
        platform.api.patch(scale, {"spec": {"replicas": 1}})

    # A failed batch is sent again after others: the last line may arrive before the first.
    wait(lambda: _arrived(kept, name) == LINES, 180)
    assert _settled(kept, name) == [Counter(range(1, LINES + 1))] * 2


def test_kubelet_journals_arrive(platform: Platform, kept: Kept) -> None:
    """Written by the node's journald, and read by its journalctl below the agent's root."""
    of_kubelet = {"key": "SYSLOG_IDENTIFIER", "value": {"stringValue": "kubelet"}}

    def arrived(file: Path, node: str) -> list[dict[str, Any]]:
        found = [it for it in records_in(file) if it["resource"]["service.name"] == f"nodes/{node}"]
        return [it for it in found if of_kubelet in it["body"]["kvlistValue"]["values"]]

    for node in ("l4-0", "l4-1"):
        for file in (kept.files, kept.store):
            [first, *_] = wait(lambda file=file, node=node: arrived(file, node))
            assert first["resource"]["k8s.node.name"] == node


def test_kubernetes_events_arrive(platform: Platform, kept: Kept) -> None:
    """The kubelet's own event about a container of a team."""
    pod = _counting(platform, 1, "1ms").rpartition("/")[2]

    def kept_in(file: Path) -> list[str]:
        events = [it for it in records_in(file) if it["resource"]["service.name"] == "events"]
        return [text for it in events if pod in (text := str(it["body"])) and "kubelet" in text]

    for file in (kept.files, kept.store):
        found = wait(lambda file=file: [it for it in kept_in(file) if "Started" in it])
        assert len(found) == 1, found


def _counting(platform: Platform, lines: int, pause: str) -> str:
    """Path of a team's pod that prints numbered lines, after earlier pods ended: the team has one GPU."""
    pods = "/api/v1/namespaces/vision/pods"
    wait(lambda: all(it["status"]["phase"] == "Succeeded" for it in platform.api.items(pods)))
    return platform.begin("vision", "count", str(lines), pause, gpu_of="l4")


def _programs(pod: dict[str, Any]) -> list[Process]:
    uid = pod["metadata"]["uid"]
    return [
        found
        for found in processes("otel-collector".__eq__)
        if uid in Path(f"/proc/{found.pid}/cgroup").read_text()
    ]


def _status(process: Process) -> dict[str, str]:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def _agent(platform: Platform, node: str) -> dict[str, Any]:
    [found] = [it for it in platform.api.items(AGENTS) if it["spec"]["nodeName"] == node]
    return found


def _each(found: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Records of both destinations, after both have some."""
    return found if all(found) else []


def _arrived(kept: Kept, pod: str) -> int:
    """Number of distinct lines of a team's pod that are in both destinations."""
    return min(len(it) for it in kept.numbers("vision", pod))


def _ended(kept: Kept, pod: str) -> bool:
    """Whether the last line of a team's pod is in both destinations."""
    return all(LINES in it for it in kept.numbers("vision", pod))


def _settled(kept: Kept, pod: str) -> list[Counter[int]]:
    """Lines that arrived, after the time in which a repeated line would have arrived."""
    time.sleep(5)
    return kept.numbers("vision", pod)
