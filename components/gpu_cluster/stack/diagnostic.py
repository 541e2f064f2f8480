"""Diagnostics of a file: message, keys and line."""

import json
import re
from dataclasses import dataclass
from typing import NamedTuple

Keys = tuple[str | int, ...]
"""Path of a value: keys and list positions from the root of the file or of `gpu-cluster:`."""

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_FIRST_KEY = re.compile(r"[A-Za-z0-9_:./-]+")


_HINT = ", did you mean "


class Diagnostic(NamedTuple):
    """An error at a key path, before its line is looked up."""

    keys: Keys
    message: str
    line: int | None = None
    """Line, where the keys do not lead to it."""


@dataclass(frozen=True, slots=True)
class LocatedDiagnostic:
    """An error with file, line and key."""

    file: str
    """Path as the project has it: `stacks/Pulumi.prod.yaml`."""

    line: int
    """Line of the key, or of its parent where the key is missing; the first is 1."""

    key: str
    """Path of the key, such as `gpu-cluster:pools.l4.instance`; empty for the file as a whole."""

    message: str
    """The given value, the allowed values and the nearest right word, on one line."""

    column: int = 1
    """Column of the value, or of its key; the first is 1."""

    width: int = 0
    """Number of characters of the value, or of its key; 0 for an error about the whole file."""

    excerpt: str = ""
    """The line as written; empty for an error without a line."""

    def __post_init__(self) -> None:
        one_line = self.message.replace("\n", "\\n").replace("\r", "\\r")  # of values that are quoted
        object.__setattr__(self, "message", one_line)

    @property
    def problem(self) -> str:
        """The message without its hint."""
        return self.message.partition(_HINT)[0]

    @property
    def hint(self) -> str:
        """`did you mean 'l4'?`; empty where no right word is near."""
        return self.message[len(self.problem) :].removeprefix(", ")

    def __str__(self) -> str:
        return self._at(self.message)

    def rendered(self, *, excerpt: bool = False) -> str:
        """Lines for a person: `error:`, with `excerpt` the line of the file and a caret, then `hint:`."""
        lines = [f"error: {self._at(self.problem)}"]
        if excerpt and self.excerpt and self.width:
            number = str(self.line)
            lines.append(f"  {number} | {self.excerpt}")
            lines.append(f"  {' ' * len(number)} | {' ' * (self.column - 1)}{'^' * self.width}")
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)

    def as_data(self) -> dict[str, str | int]:
        """The diagnostic as JSON: file, line, column, key, message and hint."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "key": self.key,
            "message": self.problem,
            "hint": self.hint,
        }

    def _at(self, message: str) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place} {self.key}: {message}" if self.key else f"{place} {message}"


class FileError(Exception):
    """A file that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: tuple[LocatedDiagnostic, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class StackFileError(FileError):
    """A stack file that cannot be used."""


def dotted(keys: Keys) -> str:
    """Keys as `pulumi config set --path` takes them: `gpu-cluster:pools.a100.sharing.mig["1g.10gb"]`."""
    return "".join(_step(key, first=position == 0) for position, key in enumerate(keys))


def _step(key: str | int, *, first: bool) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    if first and _PLAIN_FIRST_KEY.fullmatch(key):
        return key
    return (
        f".{key}" if _PLAIN_KEY.fullmatch(key) and not first else f"[{json.dumps(key, ensure_ascii=False)}]"
    )
