"""Commands of other programs that download or unpack."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def failure_of(
    command: Sequence[str],
    *,
    seconds: float,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str | None:
    """Run a command; its output if it fails, or why it could not be run. None if it succeeds."""
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=seconds
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    return (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
