"""The files in which the engine keeps a stack, where they are on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from ruamel.yaml import YAML

from rehearsal.engine import Engine


@dataclass(frozen=True, slots=True)
class StateFiles:
    folder: Path
    """Where the backend is, such as `.local/state`."""

    project: str
    stack: str

    @classmethod
    def of(cls, engine: Engine) -> Self | None:
        """The files of a stack; None where the engine is not told to keep them in a folder."""
        url = urlsplit(engine.environment.get("PULUMI_BACKEND_URL", ""))
        if url.scheme != "file":
            return None
        settings: Any = YAML(typ="safe").load(engine.project / "Pulumi.yaml")  # pyright: ignore[reportUnknownMemberType]
        return cls(Path(unquote(url.netloc + url.path)).expanduser(), settings["name"], engine.stack)

    def checkpoint(self) -> str:
        """The state as it was written last; empty before there is one."""
        file = self.folder / ".pulumi" / "stacks" / self.project / f"{self.stack}.json"
        return file.read_text() if file.exists() else ""

    def locks(self) -> Iterator[Path]:
        folder = self.folder / ".pulumi" / "locks" / "organization" / self.project / self.stack
        return folder.glob("*.json")

    def remove(self, lock: Path) -> None:
        lock.unlink(missing_ok=True)
        lock.with_name(f"{lock.name}.attrs").unlink(missing_ok=True)
