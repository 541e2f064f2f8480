import json
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal import PulumiEngine, RehearsalError, recover
from gpu_cluster_tools.rehearsal.engine.engine import RUN_BY

_NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}
_GONE = 2**22 + 1  # greater than any process ID


@dataclass(frozen=True)
class StoredState(PulumiEngine):
    """An engine that keeps the given state and records refreshed resources."""

    refreshed: list[str] = field(default_factory=list[str])

    def output(self, *arguments: str) -> str:
        if arguments[:2] == ("stack", "export"):
            return json.dumps({"deployment": self.latest})
        if arguments[:2] == ("stack", "import"):
            self.store(json.loads(Path(arguments[-1]).read_text())["deployment"])
        if arguments[0] == "refresh":
            targets = [urn for word, urn in pairwise(arguments) if word == "--target"]
            self.refreshed.extend(targets or ["everything"])
            self.store(
                {**self.latest, "resources": [_read_again(resource) for resource in self.latest["resources"]]}
            )
        return ""

    @property
    def bookkeeping(self) -> Path:
        return self.project / "state" / ".pulumi"

    @property
    def checkpoint(self) -> Path:
        return self.bookkeeping / "stacks" / "p" / f"{self.stack}.json"

    @property
    def latest(self) -> dict[str, Any]:
        return json.loads(self.checkpoint.read_text())["checkpoint"]["latest"]

    def store(self, state: dict[str, Any]) -> None:
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        self.checkpoint.write_text(json.dumps({"checkpoint": {"latest": state}}))

    def lock(self, *, pid: int, hostname: str) -> Path:
        folder = self.bookkeeping / "locks" / "organization" / "p" / self.stack
        folder.mkdir(parents=True)
        lock = folder / "1.json"
        lock.write_text(json.dumps({"pid": pid, "hostname": hostname, "timestamp": "today"}))
        lock.with_name("1.json.attrs").touch()
        return lock


@pytest.fixture
def engine(tmp_path: Path) -> StoredState:
    (tmp_path / "Pulumi.yaml").write_text("name: p\n")
    return StoredState(tmp_path, "s", {"PULUMI_BACKEND_URL": (tmp_path / "state").as_uri()})


def test_new_stack_has_nothing_to_recover(engine: StoredState) -> None:
    assert recover(engine) == []


def test_remote_state_is_not_recovered(tmp_path: Path) -> None:
    assert recover(PulumiEngine(tmp_path, "s", {"PULUMI_BACKEND_URL": "https://example.com"})) == []


def test_lock_of_a_dead_process_is_removed(engine: StoredState) -> None:
    lock = engine.lock(pid=_GONE, hostname=socket.gethostname())

    assert recover(engine) == [f"removed the lock of process {_GONE}, which no longer runs"]
    assert list(lock.parent.iterdir()) == []


def test_lock_of_a_running_engine_is_reported_and_kept(engine: StoredState) -> None:
    working = _working_engine()
    lock = engine.lock(pid=working.pid, hostname=socket.gethostname())
    try:
        with pytest.raises(RehearsalError, match=f"in use by pulumi, process {working.pid}"):
            recover(engine)
        assert lock.exists()
    finally:
        working.kill()
        working.wait()


@pytest.mark.parametrize("killed", [False, True])
def test_engine_of_a_killed_command_is_interrupted(engine: StoredState, killed: bool) -> None:
    working = _working_engine(**{RUN_BY: str(_GONE if killed else os.getpid())})
    lock = engine.lock(pid=working.pid, hostname=socket.gethostname())
    try:
        if killed:
            assert recover(engine)[0].startswith("ended the engine of a command that was killed")
            assert working.wait(10) == -signal.SIGINT
            assert not lock.exists()
        else:
            with pytest.raises(RehearsalError, match="in use by pulumi"):
                recover(engine)
    finally:
        working.kill()
        working.wait()


def test_lock_with_a_reused_process_id_is_removed(engine: StoredState) -> None:
    lock = engine.lock(pid=os.getpid(), hostname=socket.gethostname())

    recover(engine)

    assert not lock.exists()


def test_lock_of_another_machine_is_reported_and_kept(engine: StoredState) -> None:
    lock = engine.lock(pid=7, hostname="elsewhere")

    with pytest.raises(RehearsalError, match="locked by process 7 on elsewhere since today"):
        recover(engine)
    assert lock.exists()


@pytest.mark.parametrize("content", ["", '{"pid": 7', "[]", '{"hostname": "elsewhere"}'])
def test_truncated_lock_is_reported_and_kept(engine: StoredState, content: str) -> None:
    lock = engine.lock(pid=7, hostname="elsewhere")
    lock.write_text(content)

    with pytest.raises(RehearsalError, match=r"1\.json does not name the process\.\nIf no update of it is"):
        recover(engine)
    assert lock.exists()


@pytest.mark.parametrize("content", ["", "name: [", "- p", "name: 2026-13-45", "name: " + "[" * 5000])
def test_invalid_project_file_is_left_to_the_engine(tmp_path: Path, content: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(content)

    assert recover(StoredState(tmp_path, "s", {"PULUMI_BACKEND_URL": (tmp_path / "state").as_uri()})) == []


def test_object_in_creation_keeps_its_field_manager(engine: StoredState) -> None:
    engine.store(_state([], creating=[_resource("n", inputs=_NAMESPACE)]))

    assert recover(engine) == ["refreshed Namespace n"]

    [namespace] = engine.latest["resources"]
    assert namespace["id"] == "n"
    assert namespace["outputs"]["__fieldManager"] == "pulumi-kubernetes-1"
    assert namespace["outputs"]["__inputs"] == _NAMESPACE
    assert "pending_operations" not in engine.latest
    assert engine.refreshed == [namespace["urn"]]
    assert recover(engine) == []


@pytest.mark.parametrize(("last", "refreshed"), [("failed", True), ("succeeded", False)])
def test_failed_update_refreshes_all_resources(engine: StoredState, last: str, refreshed: bool) -> None:
    engine.store(_state([], creating=[]))
    history = engine.bookkeeping / "history" / "p" / engine.stack
    history.mkdir(parents=True)
    for number, result in ((1, "failed"), (2, "succeeded"), (3, last)):
        (history / f"{engine.stack}-{number}.history.json").write_text(json.dumps({"result": result}))

    words = recover(engine)

    assert words == ["refreshed all resources, because the last update did not succeed"] * refreshed
    assert engine.refreshed == ["everything"] * refreshed


def test_truncated_update_record_refreshes_all_resources(engine: StoredState) -> None:
    engine.store(_state([], creating=[]))
    history = engine.bookkeeping / "history" / "p" / engine.stack
    history.mkdir(parents=True)
    (history / f"{engine.stack}-1.history.json").write_text('{"result": "succ')

    recover(engine)

    assert engine.refreshed == ["everything"]


def test_id_of_a_namespaced_object_includes_its_namespace(engine: StoredState) -> None:
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "n"}}
    engine.store(_state([], creating=[_resource("c", inputs=inputs)]))

    recover(engine)

    assert [resource["id"] for resource in engine.latest["resources"]] == ["n/c"]


def test_replaced_resource_is_still_marked_for_deletion(engine: StoredState) -> None:
    old: dict[str, Any] = {**_resource("n", inputs=_NAMESPACE), "id": "old", "outputs": {}}
    engine.store(_state([old], creating=[_resource("n", inputs=_NAMESPACE)]))

    recover(engine)

    assert [(r["id"], r.get("delete", False)) for r in engine.latest["resources"]] == [
        ("old", True),
        ("n", False),
    ]


@pytest.mark.parametrize(
    "lost",
    [
        {"type": "kubernetes:core/v1:ConfigMapPatch", "inputs": _NAMESPACE},
        {"type": "kubernetes:helm.sh/v3:Release", "inputs": {"name": "r"}},
    ],
)
def test_resource_in_creation_without_a_known_id_is_dropped(
    engine: StoredState, lost: dict[str, Any]
) -> None:
    engine.store(_state([], creating=[_resource("r", inputs={}) | lost]))

    [words] = recover(engine)

    assert words.endswith(" r from the state, because its ID is unknown")
    assert engine.latest["resources"] == engine.refreshed == []


def test_provider_in_creation_is_dropped(engine: StoredState) -> None:
    provider = _resource("p", inputs={"kubeconfig": "k"}) | {"type": "pulumi:providers:kubernetes"}
    engine.store(_state([], creating=[provider]))

    assert recover(engine) == []
    assert engine.latest == {"resources": []}


def test_incomplete_state_files_are_removed(engine: StoredState) -> None:
    engine.store(_state([], creating=[]))
    engine.checkpoint.with_name("s.json.attrs").write_bytes(b'{"a": "\xff')
    engine.checkpoint.with_name("s.json.18e9f455e614f9b5.tmp").touch()
    lock = engine.lock(pid=_GONE, hostname=socket.gethostname())
    lock.rename(lock.with_name("1.json.18e9f455e614f9b5.tmp"))

    assert recover(engine) == ["removed incomplete state files"]
    assert [file.name for file in engine.checkpoint.parent.iterdir()] == ["s.json"]
    assert list(lock.parent.glob("*.tmp")) == []


def _state(resources: list[dict[str, Any]], *, creating: list[dict[str, Any]]) -> dict[str, Any]:
    operations = [{"type": "creating", "resource": resource} for resource in creating]
    return {"resources": resources} | ({"pending_operations": operations} if operations else {})


def _resource(name: str, *, inputs: dict[str, Any]) -> dict[str, Any]:
    token = f"kubernetes:core/v1:{inputs.get('kind', 'Namespace')}"
    return {"urn": f"urn:pulumi:s::p::{token}::{name}", "type": token, "inputs": inputs}


def _read_again(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource as the engine writes it after a refresh."""
    managed = [
        {"manager": "kubelet", "operation": "Update", "time": "2026-11-21T00:00:02Z"},
        {"manager": "pulumi-kubernetes-1", "operation": "Apply", "time": "2026-11-21T00:00:01Z"},
    ]
    outputs = resource["outputs"] | {"metadata": {"managedFields": managed}}
    return {key: value for key, value in resource.items() if key != "initErrors"} | {"outputs": outputs}


def _working_engine(**environment: str) -> subprocess.Popen[bytes]:
    """A process with the engine's name. Popen may return before the kernel shows its command line."""
    interruptible = ["env", "--default-signal=INT"]  # these tests may run in the background of a shell
    started = subprocess.Popen(
        [*interruptible, "bash", "-c", 'exec -a pulumi "$0" 600', str(shutil.which("sleep"))],
        env=os.environ | environment,
    )
    while not Path(f"/proc/{started.pid}/cmdline").read_bytes().startswith(b"pulumi\0"):
        time.sleep(0.01)
    return started
