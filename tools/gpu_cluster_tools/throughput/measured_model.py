"""Measured model with the same layers as a served model."""

from collections.abc import Mapping
from dataclasses import dataclass

from gpu_cluster.catalog import MODELS, LanguageModel

_SAME = 0.01
"""Part by which parameters of the same layers may differ: heads for classes, tied embeddings."""

_KERNELS = {
    "bf16": "bfloat16",
    "fp16": "bfloat16",
    "fp8": "fp8",
    "int4": "int4_wo",
    "nvfp4": "nvfp4",
}
"""Names of kernels by the precision of weights, where a checkpoint does not say more of it."""


@dataclass(frozen=True, slots=True)
class MeasuredModel:
    source: str
    """Name of a measured model, or a folder with a config.json."""

    precision: str
    """Precision of most weights that are served."""

    kernels: str | None = None
    """Kernels of that precision, where the source has another."""


class UnknownLayersError(LookupError):
    """No measured model has these layers, or they are unknown."""


def measured_model(model: LanguageModel, names: frozenset[str]) -> MeasuredModel:
    """The one of its name, else of its heads, caches, vocabulary and parameters; or `UnknownLayersError`.

    `names`: the measured models.
    """
    if model == MODELS.get(model.name) and model.name in names:
        return MeasuredModel(model.name, model.precision)
    if not model.cache:
        raise UnknownLayersError(f"the architecture of {model.name} is unknown")
    alike = _alike(model, names)
    if not alike:
        raise UnknownLayersError(f"no measured model has the architecture of {model.name}")
    for name, each in alike.items():
        if each.precision == model.precision:
            return MeasuredModel(name, model.precision)
    if model.precision not in _KERNELS:
        raise UnknownLayersError(f"no measurements of {model.name} in {model.precision or 'its precision'}")
    plain = next((name for name, each in alike.items() if each.precision == "bf16"), next(iter(alike)))
    return MeasuredModel(plain, model.precision, _KERNELS[model.precision])


def _alike(model: LanguageModel, names: frozenset[str]) -> Mapping[str, LanguageModel]:
    known = {name: MODELS[name] for name in sorted(names) if name in MODELS}
    return {name: each for name, each in known.items() if _same_layers(model, each)}


def _same_layers(one: LanguageModel, other: LanguageModel) -> bool:
    shape = (one.cache, one.heads, one.vocabulary) == (other.cache, other.heads, other.vocabulary)
    return shape and abs(one.parameters - other.parameters) <= _SAME * other.parameters
