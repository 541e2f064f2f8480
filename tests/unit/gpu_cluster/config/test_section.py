"""Properties that all sections of a stack file share."""

import importlib
import pkgutil

import pytest
from pydantic import ValidationError

import gpu_cluster.config
from gpu_cluster.config.descriptions import descriptions_of
from gpu_cluster.config.gpu import GpuSettings
from gpu_cluster.config.section import Settings


def sections() -> list[type[Settings]]:
    for module in pkgutil.iter_modules(gpu_cluster.config.__path__, "gpu_cluster.config."):
        importlib.import_module(module.name)
    return _below(Settings)


def _below(kind: type[Settings]) -> list[type[Settings]]:
    return [model for child in kind.__subclasses__() for model in (child, *_below(child))]


def test_every_key_has_a_description() -> None:
    silent = [
        f"{model.__name__}.{name}"
        for model in sections()
        if model.__module__.startswith("gpu_cluster.config.")
        for name in model.model_fields
        if not descriptions_of(model).get(name)
    ]
    assert silent == []


def test_section_accepts_camel_case_keys_and_rejects_unknown_keys() -> None:
    assert GpuSettings.model_validate({"devicePlugin": False}).device_plugin is False
    with pytest.raises(ValidationError, match="Extra inputs"):
        GpuSettings.model_validate({"devicePlugins": False})
