"""Engines that serve models."""

from enum import StrEnum


class ServingEngine(StrEnum):
    """Inference engine."""

    VLLM = "vllm"
    SGLANG = "sglang"
    TRITON = "triton"
    NIM = "nim"
    TEI = "text-embeddings-inference"
    CUSTOM = "custom"


FROM_HUB = frozenset({ServingEngine.VLLM, ServingEngine.SGLANG, ServingEngine.TEI})
"""Engines that load a model by its name on the hub; the images of others determine their weights."""
