"""Published open models: their size, and the memory that an engine keeps for each token."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from gpu_cluster.catalog.models.hub_config import read_config
from gpu_cluster.catalog.models.hub_fields import ConfigError
from gpu_cluster.catalog.models.language_model import (
    HOPPER_TILES,
    CacheLayers,
    ExpertTiles,
    LanguageModel,
    of_weights,
)
from gpu_cluster.catalog.models.model_type import RELEASE
from gpu_cluster.catalog.models.recipes import Recipe, read_recipes
from gpu_cluster.catalog.models.table import read_table
from gpu_cluster.catalog.source import Source

_TABLE = read_table(Path(__file__).with_name("models.csv"))

MODELS: Mapping[str, LanguageModel] = {name: entry.model for name, entry in _TABLE.items()}
"""Every model by its name on the hub."""

MODEL_SOURCES: Mapping[str, Source] = {name: entry.source for name, entry in _TABLE.items()} | {
    "gated": Source(
        "meta-llama/llama-models, README.md, Access to Hugging Face: accept the licence in the repository "
        "and wait for approval; huggingface.co/docs/hub/models-gated: files only for accounts with access; "
        "kaito-project/kaito, presets/workspace/models/supported_models.yaml, downloadAuthRequired",
        date(2026, 11, 29),
    ),
    "not gated": Source(
        "published notes of downloads without a token; of mistralai/Mistral-7B-Instruct-v0.3 the Hub's API, "
        "gated: false. Pages of the Hub itself were not seen",
        date(2026, 11, 28),
    ),
}
"""By name of a model; beside them where it is said that a model is gated or not."""

RECIPES: Mapping[str, Recipe] = read_recipes(Path(__file__).with_name("recipes.csv"))
"""vLLM's published settings by the model's name on the hub."""

MODEL_TYPES_RELEASE = RELEASE
"""Release of vLLM whose types of models are known."""

__all__ = [
    "HOPPER_TILES",
    "MODELS",
    "MODEL_SOURCES",
    "MODEL_TYPES_RELEASE",
    "RECIPES",
    "CacheLayers",
    "ConfigError",
    "ExpertTiles",
    "LanguageModel",
    "Recipe",
    "of_weights",
    "read_config",
]
