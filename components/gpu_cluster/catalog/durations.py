"""Typical duration of creating and deleting a resource on AWS and Kubernetes."""

from collections.abc import Mapping
from dataclasses import dataclass

from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of, sources_of

DURATION_SOURCES: Mapping[str, Source] = sources_of("durations")


@dataclass(frozen=True, slots=True)
class Duration:
    """Minutes."""

    create: float
    delete: float
    source: Source


LARGE_IMAGE_MINUTES = 5.0
"""Time to pull and unpack the image of an inference engine."""

WEIGHTS_BYTES_PER_MINUTE = 15e9 / 48 * 60
"""Rate of reading weights from a volume into memory; also the upper bound for the download into the
volume."""

BUCKET_SHARE = 0.75
"""Fraction of a node's network bandwidth that reads from a bucket reach."""

_START_SECONDS, _LONGEST_START_SECONDS = 90, 330
_LARGE_BYTES = 80e9


def engine_start_minutes(weights: int) -> float:
    """Start of an engine without loading weights: imports, torch.compile, CUDA graph capture, API server.

    `weights`: bytes on each GPU. Published logs show 20 s, with a warm compile cache, to 330 s, for models
    that fill their GPUs; a pod starts with an empty cache.
    """
    part = min(1, weights / _LARGE_BYTES)
    return (_START_SECONDS + part * (_LONGEST_START_SECONDS - _START_SECONDS)) / 60


def duration_of(type: str) -> Duration:
    """Duration by resource type, such as aws:eks/cluster:Cluster. `KeyError` for an unknown type."""
    found = DURATIONS.get(type)
    if found is None and type.startswith("kubernetes:"):
        return _OBJECT
    return found or DURATIONS[type]


_OBJECT = Duration(0.01, 0.02, DURATION_SOURCES["object"])

DURATIONS: Mapping[str, Duration] = {
    row["type"]: Duration(
        float(row["create_minutes"]), float(row["delete_minutes"]), DURATION_SOURCES[row["source"]]
    )
    for row in rows_of("durations")
}
"""Durations by resource type. Kubernetes objects that are not listed exist at once."""
