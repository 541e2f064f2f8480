"""Recovery from an update whose engine was killed or stopped, without manual repair.

The engine records pending operations. An object that it was creating is added to the state under the id
that follows from its name, and the engine refreshes all resources with pending operations and drops those
that do not exist. The state itself records which resources were refreshed, so the next recovery resumes one
that was killed.

An engine that is asked to stop removes pending operations from the state, though the cluster may have their
changes. After an update that did not succeed all resources are therefore refreshed.
"""

import json
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

from gpu_cluster_tools.rehearsal.control_plane.processes import alive, end, processes, variable_of
from gpu_cluster_tools.rehearsal.engine.engine import RUN_BY, PulumiEngine
from gpu_cluster_tools.rehearsal.engine.state_files import StateFiles
from gpu_cluster_tools.rehearsal.errors import RehearsalError

_INTERRUPTED = "gpu-cluster: the update was interrupted here"  # marks resources that still need a refresh
_FIELD_MANAGER = "__fieldManager"  # property with the Kubernetes provider's field manager

_STATE_VERSION = 3
_CANCEL_SECONDS = 60
"""Time in which a cancelled engine ends its operations."""

Resource = dict[str, Any]
State = dict[str, Any]


def recover(engine: PulumiEngine) -> list[str]:
    """Recover a stack that an update left locked or incomplete; returns descriptions of the actions.

    Stacks whose state is not in a folder of this machine are not changed. `RehearsalError` if the
    update still runs.
    """
    files = StateFiles.of(engine)
    if files is None:
        return []
    words = _unlock(engine, files)
    if files.mend():
        words.append("removed incomplete state files")
    if _is_unsettled(files):
        words += _settle(engine)
    elif files.last_update_failed():
        _refresh(engine)
        words.append("refreshed all resources, because the last update did not succeed")
    return words


def unlock(engine: PulumiEngine) -> list[str]:
    """Remove only the lock of an engine that no longer runs; returns a description.

    `RehearsalError` if the engine still works on the stack.
    """
    files = StateFiles.of(engine)
    return _unlock(engine, files) if files else []


def end_abandoned(project: Path) -> None:
    """End engines of this project whose commands were killed, and plugins whose engine was."""
    engines = processes("pulumi".__eq__)
    own = (found for found in engines if found.directory.is_relative_to(project.resolve()))
    abandoned = (found for found in own if _command_was_killed(found.pid))
    end(abandoned, grace_seconds=_CANCEL_SECONDS, by=signal.SIGINT)
    _end_orphans(project)


def _unlock(engine: PulumiEngine, files: StateFiles) -> list[str]:
    """Remove the lock of an engine that no longer runs, after stopping its providers."""
    words: list[str] = []
    for lock in files.locks():
        holder = files.holder(lock)
        pid, host = holder.get("pid"), holder.get("hostname")
        if pid is None or host is None:
            raise RehearsalError(
                f"stack {engine.stack} is locked, and {lock} does not name the process.\n"
                f"If no update of it is running: pulumi cancel --stack {engine.stack}"
            )
        if host != socket.gethostname():
            raise RehearsalError(
                f"stack {engine.stack} is locked by process {pid} on {host} "
                f"since {holder.get('timestamp')}.\n"
                f"If it is no longer running: pulumi cancel --stack {engine.stack}"
            )
        if running := [found for found in processes("pulumi".__eq__) if found.pid == pid]:
            if not _command_was_killed(pid):
                raise RehearsalError(
                    f"stack {engine.stack} is in use by pulumi, process {pid}; wait until it exits."
                )
            end(running, grace_seconds=_CANCEL_SECONDS, by=signal.SIGINT)
            words.append(f"ended the engine of a command that was killed, process {pid}")
        _end_orphans(engine.project)
        files.remove(lock)
        words.append(f"removed the lock of process {pid}, which no longer runs")
    return words


def _command_was_killed(pid: int) -> bool:
    """Whether a command of this project started the engine, and no longer runs."""
    command = variable_of(pid, RUN_BY)
    return command is not None and not alive(int(command))


def _end_orphans(project: Path) -> None:
    """Stop providers of this project whose engine no longer runs; they would exit only after a while."""
    found = list(processes(lambda command: command == "pulumi" or command.startswith("pulumi-resource-")))
    engines = {process.pid for process in found if process.command == "pulumi"}
    end(
        process
        for process in found
        if process.pid not in engines
        and process.parent not in engines
        and process.directory.is_relative_to(project.resolve())
    )


def _is_unsettled(files: StateFiles) -> bool:
    text = files.checkpoint()
    return '"pending_operations"' in text or _INTERRUPTED in text


def _settle(engine: PulumiEngine) -> list[str]:
    """Resume interrupted operations: the engine reads their resources again."""
    state = engine.state()
    words = _take_up(state)
    _import(engine, state)
    interrupted = [resource["urn"] for resource in state["resources"] if _is_interrupted(resource)]
    if interrupted:
        _refresh(engine, *(word for urn in interrupted for word in ("--target", urn)))
    state = engine.state()
    for resource in state["resources"]:
        _name_manager(resource)
    _import(engine, state)
    kept = {resource["urn"] for resource in state["resources"]}
    return words + [
        f"refreshed {_name(urn)}" if urn in kept else f"dropped {_name(urn)}, which does not exist"
        for urn in interrupted
    ]


def _refresh(engine: PulumiEngine, *targets: str) -> None:
    engine.output(
        *("refresh", "--stack", engine.stack, "--yes", "--skip-preview", "--run-program=false"),
        *("--non-interactive", *targets),
    )


def _take_up(state: State) -> list[str]:
    """Turn pending operations into resources that are marked to be read again; what is given up, in words."""
    words: list[str] = []
    operations: list[dict[str, Any]] = state.pop("pending_operations", None) or []
    for operation in operations:
        resource: Resource = operation["resource"]
        known = [other for other in state["resources"] if other["urn"] == resource["urn"]]
        current = [other for other in known if not other.get("delete")]
        if operation["type"] == "creating":
            created = _created(resource)
            if created is None:
                if not resource["type"].startswith("pulumi:"):  # a provider exists in the state alone
                    words.append(
                        f"removed {_name(resource['urn'])} from the state, because its ID is unknown"
                    )
                continue
            if created["id"] not in (other["id"] for other in known):
                for replaced in current:
                    replaced["delete"] = True
                state["resources"].append(created)
                current = [created]
        for begun in current:
            begun["initErrors"] = [*begun.get("initErrors", []), _INTERRUPTED]
    return words


def _created(resource: Resource) -> Resource | None:
    """A Kubernetes object as if its creation had succeeded; None where its id cannot be known."""
    inputs = resource.get("inputs", {})
    metadata = inputs.get("metadata", {})
    name = metadata.get("name")
    if not resource["type"].startswith("kubernetes:") or resource["type"].endswith("Patch") or not name:
        return None
    namespace = metadata.get("namespace")
    outputs = inputs | {
        "__inputs": inputs,
        "__initialApiVersion": inputs["apiVersion"],
        _FIELD_MANAGER: _INTERRUPTED,
    }
    return resource | {"id": f"{namespace}/{name}" if namespace else name, "outputs": outputs}


def _is_interrupted(resource: Resource) -> bool:
    return _INTERRUPTED in resource.get("initErrors", [])


def _name_manager(resource: Resource) -> None:
    """Go on as the field manager that created the object: under another name, changes would be conflicts."""
    outputs = resource.get("outputs", {})
    if outputs.get(_FIELD_MANAGER) != _INTERRUPTED:
        return
    applied = [
        (entry.get("time", ""), entry["manager"])
        for entry in outputs["metadata"].get("managedFields", [])
        if entry["operation"] == "Apply"
    ]
    outputs[_FIELD_MANAGER] = max(applied)[1] if applied else "pulumi-kubernetes"


def _import(engine: PulumiEngine, state: State) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"version": _STATE_VERSION, "deployment": state}, file)
        file.flush()
        engine.output("stack", "import", "--stack", engine.stack, "--file", file.name)


def _name(urn: str) -> str:
    """Kind and name: `Deployment chat`."""
    *_, kind, name = urn.split("::")
    return f"{kind.rpartition(':')[2]} {name}"
