"""The executable by which the engine finds the language host."""

import hashlib
import shlex
import sys
import tempfile
from pathlib import Path

from toolchain.cache import tools_directory

LAUNCHER = "pulumi-language-python"


def write_launcher(program_runner: Path) -> Path:
    """Return an executable that runs the host on this Python; one directory per Python and runner."""
    command = shlex.join([sys.executable, "-P", "-m", "toolchain.language_host", str(program_runner)])
    script = f'#!/bin/sh\nexec {command} "$@"\n'
    digest = hashlib.sha256(script.encode()).hexdigest()[:12]
    launcher = tools_directory() / f"{LAUNCHER}-{digest}" / LAUNCHER
    if launcher.exists():
        return launcher
    launcher.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=launcher.parent, delete=False) as file:
        file.write(script)
    unfinished = Path(file.name)
    unfinished.chmod(0o755)
    return unfinished.rename(launcher)
