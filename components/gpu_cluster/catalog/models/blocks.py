"""Blocks of a model from its config.json: their weights, and the cache that the engine keeps for each token.

Names of modules are those of the published files, from `layers.` on: they determine the quantization.
"""

from dataclasses import dataclass

from gpu_cluster.catalog.models.language_model import CacheLayers


@dataclass(frozen=True, slots=True)
class Module:
    """A weight, or several of one shape."""

    name: str
    numbers: int
    whole: bool = False
    """Every GPU of a replica holds it undivided."""

    linear: bool = True
    """It may be quantized."""


@dataclass(frozen=True, slots=True)
class Block:
    """The part of a layer that mixes tokens."""

    modules: tuple[Module, ...]
    cache: tuple[CacheLayers, ...]
    copies: int = 0
    """Numbers that the engine duplicates in bf16 after loading."""
