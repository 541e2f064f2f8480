"""Typed access to the keys of a config.json, which architectures spell in several ways."""

from collections.abc import Iterable, Mapping
from typing import cast

Json = Mapping[str, object]

_MOST = 10**36
"""More than any number of a config.json; tokenizers have a context of 10**30."""

_TEXT = ("text_config", "llm_config", "language_config", "thinker_config", "decoder_config")


class ConfigError(ValueError):
    """A config.json that says too little of a model, or contradicts itself."""


class Fields:
    """The keys of one section."""

    def __init__(self, section: Json) -> None:
        self.section = section

    def number(self, *keys: str, default: int = 0) -> int:
        """The first of the keys that has a whole number."""
        for key in keys:
            value = self.section.get(key)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return int(_in_range(key, value))
        return default

    def required(self, *keys: str) -> int:
        found = self.number(*keys)
        if found <= 0:
            raise ConfigError(f"has no {' or '.join(keys)}")
        return found

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.section.get(key)
        return value if isinstance(value, bool) else default

    def text(self, *keys: str) -> str:
        return next((value for key in keys if isinstance(value := self.section.get(key), str)), "")

    def items(self, key: str) -> tuple[object, ...]:
        value = self.section.get(key)
        return tuple(cast("Iterable[object]", value)) if isinstance(value, list) else ()

    def item(self, key: str, layer: int) -> object:
        """The element of a layer in a list with one for each layer."""
        found = self.items(key)
        if layer >= len(found):
            raise ConfigError(f"has {len(found)} elements in {key}, and none for layer {layer + 1}")
        return found[layer]

    def words(self, key: str) -> tuple[str, ...]:
        return tuple(each for each in self.items(key) if isinstance(each, str))

    def below(self, key: str) -> "Fields":
        return Fields(as_section(self.section.get(key)))

    def __contains__(self, key: str) -> bool:
        return self.section.get(key) is not None


def _in_range(key: str, value: float) -> float:
    if not abs(value) < _MOST:  # NaN too
        raise ConfigError(f"has a number out of range as {key}")
    return value


def as_section(value: object) -> Json:
    return cast("Json", value) if isinstance(value, Mapping) else {}


def text_fields(config: Json) -> Fields:
    """The section of the language model, which models that see or hear nest one or two deep."""
    section = config
    for _ in range(2):
        nested = next((below for key in _TEXT if (below := as_section(section.get(key)))), None)
        if nested is None:
            break
        section = nested
    return Fields(section)


def as_fields(value: object) -> Fields:
    return Fields(as_section(value))
