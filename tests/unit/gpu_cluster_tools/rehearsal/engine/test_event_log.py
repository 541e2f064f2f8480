import json
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.engine.event_log import EventLog

URN = "urn:pulumi:prod::gpu-cluster::gpu-cluster:index:Platform$kubernetes:apps/v1:Deployment::chat"


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog(tmp_path / "up.events.jsonl")


def write(log: EventLog, *events: dict[str, Any], end: str = "\n") -> None:
    with log.path.open("a") as file:
        file.write("\n".join(map(json.dumps, events)) + end)


def operation(event: str, op: str, **metadata: Any) -> dict[str, Any]:
    return {event: {"metadata": {"op": op, "urn": URN, **metadata}}}


def test_missing_log_is_empty(log: EventLog) -> None:
    log.read()

    assert (log.begun, log.finished, log.errors) == ([], [], [])


def test_growing_log_is_read_and_incomplete_lines_wait(log: EventLog) -> None:
    write(log, operation("resourcePreEvent", "create"))
    write(log, operation("resOutputsEvent", "create"), end="")
    log.read()
    assert (len(log.begun), len(log.finished)) == (1, 0)

    write(log)
    log.read()
    assert [str(each) for each in log.finished] == ["create Deployment chat"]
    assert log.finished[0].type == "kubernetes:apps/v1:Deployment"


def test_unchanged_resources_are_not_changes(log: EventLog) -> None:
    write(log, *(operation("resOutputsEvent", op) for op in ("same", "refresh", "read", "update")))
    log.read()

    assert [each.kind for each in log.changing()] == ["update"]


def test_changes_are_listed_by_property(log: EventLog) -> None:
    old = {"inputs": {"spec": {"replicas": 2, "args": ["a", "b"]}, "labels": {"example.com/a": "x"}}}
    new = {"inputs": {"spec": {"replicas": 3, "args": ["a", "c" * 99]}, "labels": {}}}
    difference = {"diffKind": "update", "inputDiff": True}
    paths = ("spec.replicas", "spec.args[1]", 'labels["example.com/a"]', "gone.for.ever")
    detailed = dict.fromkeys(paths, difference)
    write(log, operation("resOutputsEvent", "update", old=old, new=new, detailedDiff=detailed))
    log.read()

    assert set(log.finished[0].changes) == {
        "spec.replicas: 2 -> 3",
        f'spec.args[1]: "b" -> "{"c" * 78}…',
        'labels["example.com/a"]: "x" -> nothing',
        "gone.for.ever: nothing -> nothing",
    }


def test_errors_name_their_resource(log: EventLog) -> None:
    said = [
        {"severity": "error", "message": "it does not fit\n", "urn": URN},
        {"severity": "error", "message": "update failed"},
        {"severity": "error", "message": "for a moment", "ephemeral": True},
        {"severity": "warning", "message": "careful"},
    ]
    write(log, *({"diagnosticEvent": each} for each in said))
    log.read()

    assert log.errors == ["Deployment chat: it does not fit", "update failed"]
