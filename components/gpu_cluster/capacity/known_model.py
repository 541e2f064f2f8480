"""Shape and size of a served model, from its stack file or from the catalog."""

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from gpu_cluster.capacity.engine_options import engine_options
from gpu_cluster.capacity.model_memory import ModelLoad
from gpu_cluster.catalog import MODELS, CacheLayers, ConfigError, LanguageModel, of_weights, read_config
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.model_shape import ModelShape
from gpu_cluster.config.quantity import amount


def known_model(settings: ModelSettings) -> LanguageModel | None:
    """Model from `shape`, `like`, `config` or its name; otherwise only the weights, if set."""
    found = _described(settings)
    if not settings.weights:
        return _quantized(found, settings.quantization) if found else None
    size = int(amount(settings.weights))
    return found.weighing(size) if found else of_weights(settings.model, size)


def load_of(settings: ModelSettings, model: LanguageModel) -> ModelLoad:
    """Load of a model as its stack file has it, with all options of its engine."""
    options = engine_options(settings)
    draft = MODELS.get(options.draft) if options.draft else None
    return ModelLoad(model, settings.context or model.context, settings.concurrency, options, draft)


_QUANTIZATION = "hf_quant_config.json"

_WHILE_LOADING = {"fp8": 0.62, "bitsandbytes": 0.45}
"""Fraction of the bf16 bytes if an engine quantizes linear layers while loading; embeddings stay in bf16.

The catalog's FP8 and four-bit models have 0.51 to 0.61 and 0.29 to 0.44 for 70 to 1 billion parameters.
"""


def _quantized(model: LanguageModel, method: str | None) -> LanguageModel:
    part = _WHILE_LOADING.get(method or "")
    if part is None or model.precision not in ("bf16", "fp16"):
        return model
    return replace(model.weighing(round(model.weights * part)), files=model.download, precision=str(method))


def config_problem(path: str) -> str | None:
    """Reason why a config.json cannot be used, or None."""
    found = _read(path)
    return found.problem if isinstance(found, Unreadable) else None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A config.json that cannot be used."""

    problem: str


def _described(settings: ModelSettings) -> LanguageModel | None:
    if settings.shape:
        return _shaped(settings.model, settings.shape)
    if settings.like:
        like = MODELS.get(settings.like)
        return replace(like, name=settings.model, gated=None, licence="") if like else None
    if settings.config:
        found = _read(settings.config)
        return None if isinstance(found, Unreadable) else replace(found, name=settings.model)
    return MODELS.get(settings.model)


def _shaped(name: str, shape: ModelShape) -> LanguageModel:
    """Model of a given shape, without weights: the stack file sets them separately."""
    numbers = 2 * shape.head_size
    full = CacheLayers(shape.layers, shape.kv_heads, numbers)
    windowed = CacheLayers(shape.windowed_layers, shape.kv_heads, numbers, shape.window or 0)
    cache = (full, windowed) if shape.windowed_layers else (full,)
    return LanguageModel(name, 0, "", 0, cache, shape.heads, shape.vocabulary, shape.context)


@lru_cache(maxsize=64)
def _read(path: str) -> LanguageModel | Unreadable:
    """Includes hf_quant_config.json of ModelOpt, if present."""
    file = Path(path)
    try:
        if not file.is_file():
            return Unreadable("there is no such file")
        beside = file.with_name(_QUANTIZATION)
        config, quant = _section(file), _section(beside) if beside.is_file() else None
        return read_config(file.parent.name, config, quant)
    except ConfigError as error:
        return Unreadable(str(error))
    except OSError as error:
        return Unreadable(f"cannot be read: {error.strerror}")


def _section(file: Path) -> dict[str, Any]:
    which = f"{file.name} beside it " if file.name == _QUANTIZATION else ""
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):  # no text, a number of thousands of digits, nested without end
        raise ConfigError(f"{which}is not JSON") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{which}is not a JSON object")
    return cast("dict[str, Any]", found)
