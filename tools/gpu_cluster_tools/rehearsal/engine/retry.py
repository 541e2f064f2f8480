"""Retry an update while faults occur, following the instructions of its errors."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from gpu_cluster_tools.rehearsal.aws.faults import Faults
from gpu_cluster_tools.rehearsal.engine.run_pulumi import Run

ATTEMPTS = 6

_REPLACE = re.compile(r"pulumi up --replace '([^']+)'")

Update = Callable[..., Run]
"""Runs the engine with these further arguments."""


def retry_update(update: Update, faults: Faults, inject: Callable[[Faults], None]) -> list[Run]:
    """All runs, up to the first success or the maximum number of attempts. Each run has different faults."""
    runs: list[Run] = []
    while not runs or (not runs[-1].held and len(runs) < ATTEMPTS):
        inject(replace(faults, run=faults.run + len(runs)))
        runs.append(update(*(replace_arguments(runs[-1].errors) if runs else ())))
    return runs


def replace_arguments(errors: Iterable[str]) -> list[str]:
    """Arguments for the next update: resources to replace, according to errors."""
    return [word for error in errors for urn in _REPLACE.findall(error) for word in ("--replace", urn)]
