"""Event log of the engine: operations on resources, and why they failed."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# (properties are any JSON)

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_cluster.plan.urn import name_of, type_of

_STEPS = re.compile(r"""\["((?:[^"\\]|\\.)*)"\]|([^.\[\]]+)|\[(\d+)\]""")  # of a path such as a.b[0]["c.d"]
_WIDTH = 80
_NOTHING = ("same", "read", "refresh")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the engine on a resource."""

    kind: str
    """create, update, replace, delete, same …"""

    urn: str
    changes: tuple[str, ...]
    """Property by property: `spec.replicas: 2 -> 3`."""

    @property
    def type(self) -> str:
        return type_of(self.urn)

    @property
    def changes_nothing(self) -> bool:
        return self.kind in _NOTHING

    def __str__(self) -> str:
        return f"{self.kind} {name_of(self.urn)}"


class EventLog:
    """The log of one run, which may still be written.

    log.read()
    log.finished  # operations that are done
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.begun: list[Operation] = []
        self.finished: list[Operation] = []
        self.errors: list[str] = []
        self._offset = 0

    def read(self) -> None:
        """Read lines written since the last call."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._offset += len(line)
                self._take(json.loads(line))

    def changing(self) -> list[Operation]:
        """Operations that change anything, done or planned."""
        return [operation for operation in self.finished if not operation.changes_nothing]

    def _take(self, event: Mapping[str, Any]) -> None:
        if "resourcePreEvent" in event:
            self.begun.append(_operation(event["resourcePreEvent"]["metadata"]))
        elif "resOutputsEvent" in event:
            self.finished.append(_operation(event["resOutputsEvent"]["metadata"]))
        elif "diagnosticEvent" in event:
            said = event["diagnosticEvent"]
            if said["severity"] == "error" and not said.get("ephemeral"):
                words = said["message"].strip()
                self.errors.append(f"{name_of(said['urn'])}: {words}" if said.get("urn") else words)


def _operation(metadata: Mapping[str, Any]) -> Operation:
    detailed = metadata.get("detailedDiff") or {}
    changes = tuple(_change(path, each, metadata) for path, each in sorted(detailed.items()))
    return Operation(metadata["op"], metadata["urn"], changes or tuple(metadata.get("diffs") or ()))


def _change(path: str, difference: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    side = "inputs" if difference.get("inputDiff") else "outputs"
    old, new = (
        _at((metadata.get(state) or {}).get("inputs" if state == "new" else side) or {}, path)
        for state in ("old", "new")
    )
    return f"{path}: {_short(old)} -> {_short(new)}"


def _at(value: Any, path: str) -> Any:
    for step in _steps(path):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _steps(path: str) -> Iterator[str | int]:
    for quoted, plain, index in _STEPS.findall(path):
        yield int(index) if index else quoted or plain


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
