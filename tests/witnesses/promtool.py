"""Prometheus' own checks of configurations, rules and queries."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.image_programs import PROMTOOL


def promtool(*arguments: str, files: Sequence[Path] = ()) -> str:
    """Output of promtool with exit code 0; `AssertionError` with the output otherwise."""
    command = [str(provide(PROMTOOL)), *arguments, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
