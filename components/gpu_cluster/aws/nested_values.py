"""Nested values: configuration of add-ons, charts and kubelets."""

from collections.abc import Mapping
from typing import Any, cast


def merged(values: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Values with others over them: maps key by key, everything else as a whole.

    merged({"node": {"a": 1, "b": [1]}}, {"node": {"b": [2]}})  # {"node": {"a": 1, "b": [2]}}
    """
    return {**values, **{key: _over(values.get(key), value) for key, value in over.items()}}


def _over(value: Any, given: Any) -> Any:
    if isinstance(value, dict) and isinstance(given, dict):
        return merged(cast("dict[str, Any]", value), cast("dict[str, Any]", given))
    return given
