"""Requests of the pods that keep images on nodes, one on each node of a pool with models."""

from collections.abc import Mapping

PREFETCH_REQUESTS: Mapping[str, str] = {"cpu": "1m", "memory": "8Mi"}
PREFETCH_LIMITS: Mapping[str, str] = {"memory": "32Mi"}
