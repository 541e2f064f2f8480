"""Load time: `loadMinutes` exceeds the estimated load time of the weights."""

from collections.abc import Iterator, Mapping
from math import ceil

from gpu_cluster.capacity import Pool, load_time
from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.serving_engine import FROM_HUB
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.valid_models import valid_models
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_STEP = 10  # minutes


def load_times(stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Models that would restart before they are loaded. Provider local loads nothing."""
    if isinstance(stack.cluster, LocalCluster):
        return
    for keys, settings in valid_models(stack, broken):
        minutes = load_time(settings, stack.storage, offered.get(settings.pool))
        if settings.engine not in FROM_HUB or minutes is None or minutes <= settings.load_minutes:
            continue
        source = "the hub by its cache volume"
        if settings.mounts_weights:
            source = f"store {settings.store}" if settings.store else "its image on the disk of the node"
        yield Diagnostic(
            (*keys, "loadMinutes"),
            f"{settings.load_minutes} minutes are too few: {settings.model} loads in about "
            f"{ceil(minutes)} from {source}; expected at least {enough(minutes)}",
        )


def enough(minutes: float) -> int:
    """Recommended value, rounded up to tens of minutes."""
    return ceil(minutes * 1.25 / _STEP) * _STEP
