"""State files of a stack, if the engine keeps them on this machine."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import unquote, urlsplit

from gpu_cluster.file_path import in_home
from gpu_cluster.project import project_name
from gpu_cluster_tools.rehearsal.engine.engine import PulumiEngine


@dataclass(frozen=True, slots=True)
class StateFiles:
    folder: Path
    """Folder of the backend, such as `.local/state`."""

    project: str
    stack: str

    @classmethod
    def of(cls, engine: PulumiEngine) -> Self | None:
        """State files of a stack; None if the engine does not keep its state in a folder."""
        url = urlsplit(engine.environment.get("PULUMI_BACKEND_URL", ""))
        if url.scheme != "file":
            return None
        name = project_name(engine.project)
        if name is None:
            return None  # the engine says what is wrong with Pulumi.yaml
        return cls(in_home(Path(unquote(url.netloc + url.path))), name, engine.stack)

    def checkpoint(self) -> str:
        """The state as it was written last; empty before there is one."""
        file = self._stacks / f"{self.stack}.json"
        return file.read_text(errors="replace") if file.exists() else ""

    def last_update_failed(self) -> bool:
        """Whether the engine's last recorded run failed or was stopped, or left half of its record."""
        history = self.folder / ".pulumi" / "history" / self.project / self.stack
        last = max(history.glob("*.history.json"), default=None)  # names end with the time
        return last is not None and _content(last).get("result", "failed") == "failed"

    def locks(self) -> Iterator[Path]:
        return self._locks.glob("*.json")

    def holder(self, lock: Path) -> dict[str, Any]:
        """Process, host and time of a lock; empty if only a part of it was written."""
        return _content(lock)

    def remove(self, lock: Path) -> None:
        lock.unlink(missing_ok=True)
        _attributes(lock).unlink(missing_ok=True)

    def mend(self) -> bool:
        """Remove files that a killed engine left incomplete. Returns whether there were any.

        The state itself is replaced in one step. The file of attributes beside it is not, and the engine
        can do without it, but not with half of it.
        """
        files = [self._stacks / f"{self.stack}.json", self.folder / ".pulumi" / "meta.yaml"]
        halves = [half for half in map(_attributes, files) if half.exists() and not _is_json(half)]
        halves += self._stacks.glob(f"{self.stack}.json.*.tmp")
        halves += self._locks.glob("*.tmp")  # the engine would take it for a lock
        for half in halves:
            half.unlink()
        return bool(halves)

    @property
    def _stacks(self) -> Path:
        return self.folder / ".pulumi" / "stacks" / self.project

    @property
    def _locks(self) -> Path:
        return self.folder / ".pulumi" / "locks" / "organization" / self.project / self.stack


def resources_of(engine: PulumiEngine) -> list[dict[str, Any]]:
    """Resources of the engine, as its state was written last; secrets are as they are kept."""
    files = StateFiles.of(engine)
    text = files.checkpoint() if files else ""
    latest: dict[str, Any] | None = json.loads(text)["checkpoint"].get("latest") if text else None
    return latest["resources"] if latest and "resources" in latest else []


def _attributes(file: Path) -> Path:
    return file.with_name(f"{file.name}.attrs")


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_text())
    except ValueError:
        return False
    return True


def _content(file: Path) -> dict[str, Any]:
    """The object in a file; empty if only a part of it was written."""
    try:
        found: Any = json.loads(file.read_text())
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
