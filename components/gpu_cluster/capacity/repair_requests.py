"""CPU and memory that the pods of GPU repair request."""

from collections.abc import Mapping

from gpu_cluster.config.stack import Stack

GPU_REPAIR = "gpu-repair"

REPAIR_REQUESTS: Mapping[str, str] = {"cpu": "10m", "memory": "64Mi"}
"""Requests of the program that taints and drains nodes, one pod."""

DETECTOR_REQUESTS: Mapping[str, str] = {"cpu": "10m", "memory": "64Mi"}
"""Requests of the detector of faults, on every node with GPUs."""


def repair_requests(stack: Stack) -> dict[str, Mapping[str, str]]:
    """Requests of the servers of GPU repair."""
    return {GPU_REPAIR: REPAIR_REQUESTS} if stack.gpu.repair else {}
