"""Errors of estimates against published measurements of others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accuracy:
    figures: int
    median: float
    """Error, as a part of the measured value, whatever its sign."""

    worst: float


TOKENS_PER_SECOND = Accuracy(25, 0.11, 1.11)
BETWEEN_TOKENS = Accuracy(33, 0.16, 0.52)
FIRST_TOKEN = Accuracy(24, 0.62, 2.11)
"""Against `tests/unit/gpu_cluster_tools/throughput/published.csv`, whose test holds these numbers."""
