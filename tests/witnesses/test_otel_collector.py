"""The real collector accepts every configuration, and delivers logs, journals and events to their targets."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

import gzip
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.session import Session
from lightkube import KubeConfig
from lightkube.config.client_adapter import Client, ConnectionParams
from moto.server import ThreadedMotoServer

from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal import LocalControlPlane
from gpu_cluster_tools.toolchain import install
from tests.unit.gpu_cluster.stack.corpus import HAPPY, STACKS
from tests.unit.platforms import platform_of
from tests.witnesses.otel_collector import (
    agent_here,
    collector_here,
    eventually,
    free_port,
    records,
    running,
    validate,
)

pytestmark = [pytest.mark.engine, pytest.mark.slow]

VARIABLES = {"LOG_GROUP": "platform", "AUTHORIZATION": "Bearer of-a-test", "NODE_NAME": "gpu-0"}
ON_AWS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_EC2_METADATA_DISABLED": "true"}
JOURNALD = Path("/lib/systemd/systemd-journald")
UID = "0b8a2f9e-55a1-4a51-9d2e-6b8d2f1f7a10"


def line(text: str, stream: str = "stdout") -> str:
    """A log line in the format of containerd."""
    return f"{datetime.now(UTC).strftime('%Y-%m-%dT%H:%M:%S.%f')}000Z {stream} F {text}\n"


def pod_log(root: Path, namespace: str, pod: str, text: str) -> Path:
    file = root / f"var/log/pods/{namespace}_{pod}_{UID}/server/0.log"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as log:
        log.write(line(text))
    return file


@pytest.mark.parametrize("path", [it for it in HAPPY if load(it).logs], ids=lambda path: path.stem)
def test_collector_accepts_every_configuration(path: Path, tmp_path: Path) -> None:
    settings = load(path).logs
    assert settings
    given = settings.model_dump(mode="json", exclude_unset=True, by_alias=True)
    validate(tmp_path / "collector", collector_here(tmp_path, free_port(), given), VARIABLES)
    validate(tmp_path / "agent", agent_here(tmp_path, free_port(), given, tmp_path), VARIABLES)


def test_collector_refuses_an_unknown_key(tmp_path: Path) -> None:
    """Proves that the check above detects an invalid configuration."""
    config = collector_here(tmp_path, free_port(), {"files": {}})
    config["exporters"]["file"]["rotation"]["max_day"] = 3
    with pytest.raises(AssertionError, match="max_day"):
        validate(tmp_path / "collector", config, VARIABLES)


class _Store(BaseHTTPRequestHandler):
    """An OTLP endpoint that stores what it receives, and refuses the first request."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server: Any = self.server
        server.seen.append((self.path, self.headers["Authorization"], gzip.decompress(body)))
        self.send_response(503 if len(server.seen) == 1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def store() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Store)
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_pod_logs_are_delivered_to_files_and_an_otlp_endpoint(tmp_path: Path, store: Any) -> None:
    """Lines wait for a collector that starts late, and a restarted agent continues where it stopped."""
    settings: dict[str, Any] = {
        "files": {},
        "otlp": {"url": "https://store.test", "secret": "store"},
        "nodes": False,
        "events": False,
    }
    port, root = free_port(), tmp_path / "host"
    collector = collector_here(tmp_path, port, settings)
    collector["exporters"]["otlp_http"]["endpoint"] = f"http://127.0.0.1:{store.server_address[1]}"
    agent = agent_here(tmp_path, port, settings, root)
    pod_log(root, "vision", "detect-0", "first line")
    pod_log(root, "logs", "log-collector-0", "of its own")

    with (
        running(tmp_path / "agent", agent, VARIABLES),
        running(tmp_path / "collector", collector, VARIABLES),
    ):
        [first] = eventually(lambda: records(tmp_path))
    pod_log(root, "vision", "detect-0", "second line")
    with (
        running(tmp_path / "collector", collector, VARIABLES),
        running(tmp_path / "agent", agent, VARIABLES),
    ):
        found = eventually(lambda: [it for it in records(tmp_path) if "second" in str(it["body"])])
        sent = eventually(lambda: [it for it in store.seen[1:] if b"second line" in it[2]])

    assert first["body"] == {"stringValue": "first line"}
    assert first["resource"]["service.name"] == "pods/vision"
    assert first["resource"]["k8s.pod.name"] == "detect-0"
    assert first["resource"]["k8s.node.name"] == "gpu-0"
    assert len(found) == 1
    assert not [it for it in records(tmp_path) if "of its own" in str(it)]
    assert {it[:2] for it in sent} == {("/v1/logs", "Bearer of-a-test")}


def test_killed_agent_loses_no_line(tmp_path: Path) -> None:
    """The kernel sends SIGKILL if a container exceeds its memory limit."""
    settings: dict[str, Any] = {"files": {}, "nodes": False, "events": False}
    port, root = free_port(), tmp_path / "host"
    agent = agent_here(tmp_path, port, settings, root)
    numbers = range(600)

    with running(tmp_path / "collector", collector_here(tmp_path, port, settings), VARIABLES):
        for kill in range(4):
            with running(tmp_path / "agent", agent, VARIABLES) as program:
                for number in numbers[kill::4]:
                    pod_log(root, "vision", "detect-0", str(number))
                    time.sleep(0.015)
                program.kill()
        with running(tmp_path / "agent", agent, VARIABLES):
            pod_log(root, "vision", "detect-0", "last")
            eventually(lambda: [it for it in records(tmp_path) if "last" in str(it["body"])])
            found = [it["body"]["stringValue"] for it in records(tmp_path)]

    assert set(found) == {*map(str, numbers), "last"}


def test_rotated_file_is_read_to_its_end(tmp_path: Path) -> None:
    """The kubelet renames a file, and the runtime creates another one."""
    settings: dict[str, Any] = {"files": {}, "nodes": False, "events": False}
    port, root = free_port(), tmp_path / "host"

    with (
        running(tmp_path / "collector", collector_here(tmp_path, port, settings), VARIABLES),
        running(tmp_path / "agent", agent_here(tmp_path, port, settings, root), VARIABLES),
    ):
        for number in range(600):
            file = pod_log(root, "vision", "detect-0", str(number))
            time.sleep(0.004)
            if number % 150 == 149:
                file.rename(file.with_name(f"0.log.20261130-12000{number // 150}"))
        eventually(lambda: [it for it in records(tmp_path) if "599" in str(it["body"])])

    found = [it["body"]["stringValue"] for it in records(tmp_path)]
    assert sorted(found, key=int) == list(map(str, range(600)))


def test_pod_logs_are_delivered_to_a_log_group(tmp_path: Path) -> None:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    _, at = server.get_host_and_port()
    try:
        settings: dict[str, Any] = {"cloudwatch": {}, "nodes": False, "events": False}
        client: Any = Session().create_client(
            "logs",
            endpoint_url=f"http://127.0.0.1:{at}",
            region_name="us-east-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
        )
        client.create_log_group(logGroupName="platform")
        port, root = free_port(), tmp_path / "host"
        collector = collector_here(tmp_path, port, settings)
        collector["exporters"]["awscloudwatchlogs"]["endpoint"] = f"http://127.0.0.1:{at}"
        pod_log(root, "serving", "chat-0", "a line")

        def read() -> list[Any]:
            return client.filter_log_events(logGroupName="platform")["events"]

        with (
            running(tmp_path / "collector", collector, {**VARIABLES, **ON_AWS}),
            running(tmp_path / "agent", agent_here(tmp_path, port, settings, root), VARIABLES),
        ):
            [event] = eventually(read)
    finally:
        server.stop()

    assert event["logStreamName"] == "pods/serving"
    message = json.loads(event["message"])
    assert message["body"] == "a line"
    assert message["resource"]["k8s.pod.name"] == "chat-0"


_NODE = """
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/log/journal /run/systemd/journal
[ -s /etc/machine-id ] || { mount --bind "$1/machine-id" /etc/machine-id; }
/lib/systemd/systemd-journald >/dev/null 2>&1 &
trap 'kill %1' EXIT
until [ -S /run/systemd/journal/socket ]; do sleep 0.1; done
for path in usr lib lib64 proc run/log etc/machine-id; do mount --bind "/$path" "$1/$path"; done
( until [ -e "$1/said" ]; do sleep 1; python3 -c 'import socket as it
s = it.socket(it.AF_UNIX, it.SOCK_DGRAM)
s.connect("/run/systemd/journal/socket")
s.send(b"MESSAGE=NVRM: Xid 79\\nPRIORITY=4\\nSYSLOG_IDENTIFIER=kernel\\n")'; done ) &
shift
"$@" & program=$!
trap 'kill $program; wait $program; kill %1' TERM
wait $program
"""
"""A node's journal in its own mount namespace: a real journald, and the paths that the agent mounts."""


@pytest.mark.skipif(
    os.geteuid() != 0 or not JOURNALD.exists() or not shutil.which("unshare") or not Path("/lib64").exists(),
    reason="needs root, unshare and journald",
)
def test_journal_is_read_with_only_the_sys_chroot_capability(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"files": {}, "events": False}
    port, root = free_port(), tmp_path / "host"
    for name in ("usr", "lib", "lib64", "proc", "run/log", "etc", "var/log/pods"):
        (root / name).mkdir(parents=True)
    for name in ("etc/machine-id", "machine-id"):
        (root / name).write_text("0123456789abcdef0123456789abcdef\n")
    script = tmp_path / "node.sh"
    script.write_text(_NODE)
    bounded = ("setpriv", "--bounding-set=-all,+sys_chroot", "--inh-caps=-all,+sys_chroot")
    before = ("unshare", "--mount", "bash", str(script), str(root), *bounded)

    with (
        running(tmp_path / "collector", collector_here(tmp_path, port, settings), VARIABLES),
        running(tmp_path / "agent", agent_here(tmp_path, port, settings, root), VARIABLES, before),
    ):
        found = eventually(lambda: [it for it in records(tmp_path) if "NVRM: Xid 79" in str(it["body"])])
        (root / "said").touch()

    assert found, (tmp_path / "agent/log").read_text()
    assert found[0]["resource"]["service.name"] == "nodes/gpu-0"


@pytest.fixture(scope="module")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalControlPlane]:
    plane = LocalControlPlane(tmp_path_factory.mktemp("control-plane"), install())
    plane.start()
    try:
        yield plane
    finally:
        plane.stop()


def test_api_server_events_are_read_with_the_rendered_role(
    tmp_path: Path, control_plane: LocalControlPlane
) -> None:
    config = KubeConfig.from_file(control_plane.kubeconfig).get()
    assert config
    api = Client(config, ConnectionParams(trust_env=False))
    kubeconfig = _as_collector(api, tmp_path, control_plane.kubeconfig)
    settings: dict[str, Any] = {"files": {}, "nodes": False}
    collector = collector_here(tmp_path, free_port(), settings)
    collector["receivers"]["k8s_objects"]["auth_type"] = "kubeConfig"

    with running(tmp_path / "collector", collector, {**VARIABLES, "KUBECONFIG": str(kubeconfig)}):

        def read() -> list[dict[str, Any]]:
            created = api.post("/api/v1/namespaces/default/events", json=_event())
            assert created.is_success, created.text
            return [it for it in records(tmp_path) if "FailedScheduling" in str(it["body"])]

        found = eventually(read)

    assert found, (tmp_path / "collector/log").read_text()
    assert found[0]["resource"]["service.name"] == "events"
    assert int(found[0]["timeUnixNano"]) > 0


def _event() -> dict[str, Any]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": "chat-0.", "namespace": "default"},
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": "chat-0", "namespace": "default"},
        "reason": "FailedScheduling",
        "message": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
        "type": "Warning",
        "firstTimestamp": now,
        "lastTimestamp": now,
        "source": {"component": "default-scheduler"},
    }


def _as_collector(api: Any, folder: Path, admin: Path) -> Path:
    """A kubeconfig of the rendered service account with the permissions of the rendered role."""
    [role] = [
        it
        for it in platform_of(load(STACKS / "happy/eks-logs.yaml"))[0].of("ClusterRole")
        if it["metadata.name"] == "gpu-cluster-log-collector"
    ]
    name = role["metadata.name"]
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    subject = {"kind": "ServiceAccount", "name": "log-collector", "namespace": "default"}
    objects = {
        "/api/v1/namespaces/default/serviceaccounts": {"metadata": {"name": "log-collector"}},
        f"{rbac}/clusterroles": {"metadata": {"name": name}, "rules": role["rules"]},
        f"{rbac}/clusterrolebindings": {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [subject],
        },
    }
    for path, content in objects.items():
        made = api.post(path, json=content)
        assert made.is_success, made.text
    asked: dict[str, Any] = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    answer = api.post("/api/v1/namespaces/default/serviceaccounts/log-collector/token", json=asked)
    content = yaml.safe_load(admin.read_text())
    content["users"][0]["user"] = {"token": answer.json()["status"]["token"]}
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(content))
    return file
