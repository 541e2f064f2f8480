"""Last lines of a program's log, and hints for causes that are in it."""

from pathlib import Path

_HINTS = {
    "too many open files": "raise limits of the machine: sysctl -w fs.inotify.max_user_instances=1024",
    "no space left on device": "free disk space below the folder of the project",
}
"""Hints by words in the log of a program."""

_LINES, _WIDTH = 5, 400
_SEARCHED_LINES = 200  # Go prints the stacks of all goroutines after the cause


def tail(log: Path) -> str:
    """The last lines, indented, and a hint on a line of its own for each known cause."""
    lines = log.read_text(errors="replace").strip().splitlines()[-_SEARCHED_LINES:] if log.exists() else []
    shown = [f"  {line[:_WIDTH]}" for line in lines[-_LINES:]] or ["  (its log is empty)"]
    found = [hint for cause, hint in _HINTS.items() if any(cause in line.lower() for line in lines)]
    return "\n".join([*shown, *(f"hint: {hint}" for hint in found)])
