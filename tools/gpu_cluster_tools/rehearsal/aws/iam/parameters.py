"""Values of a request, by path."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# (requests are any JSON)

from collections.abc import Iterable, Mapping
from typing import Any

Parameters = Mapping[str, Any]


def values_at(given: Any, path: str) -> list[str]:
    """The texts at a path such as Targets.RoleArn, in whatever case, through all lists."""
    found: list[Any] = [given]
    for step in path.lower().split("."):
        found = [value for each in found for value in _below(each, step)]
    return [str(each) for each in _flat(found) if isinstance(each, str | int)]


def tags_in(given: Any) -> dict[str, str]:
    """Tags as any service writes them: a list of keys and values, or a map."""
    if isinstance(given, Mapping):
        return {str(key): str(value) for key, value in given.items()}
    pairs = [{key.lower(): value for key, value in each.items()} for each in given or []]
    key = "tagkey" if pairs and "tagkey" in pairs[0] else "key"
    value = "tagvalue" if key == "tagkey" else "value"
    return {each[key]: str(each.get(value, "")) for each in pairs}


def _below(given: Any, step: str) -> list[Any]:
    if isinstance(given, Mapping):
        return [value for name, value in given.items() if name.lower() == step]
    if isinstance(given, list):
        return [value for each in given for value in _below(each, step)]
    return []


def _flat(given: Iterable[Any]) -> Iterable[Any]:
    for each in given:
        if isinstance(each, list):
            yield from _flat(each)
        else:
            yield each
