"""The models applied to what a file gives, and to the part of it that is sound."""

import json
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gpu_cluster.config.section import Settings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.document import Document
from gpu_cluster.stack.messages import diagnostic_of, meant
from gpu_cluster.stack.sections import TEAM, StackKind, unrooted
from gpu_cluster.stack.type_introspection import place as place_of

_PLACES: dict[str, dict[str, Any]] = {
    "local": {"provider": "local"},
    "existing": {"provider": "existing"},
    "eks": {
        "provider": "eks",
        "account": "000000000000",
        "version": "1.35",
        "access": {"any": {"principal": "arn:aws:iam::000000000000:role/any", "policy": "view"}},
    },
}
"""Valid cluster sections, one for each provider, with only the required keys."""

_RIGHT = {"count": 1_000_000, "ends": "9999-12-31T23:59:59Z", "drainMinutes": 1440}
"""Valid values of a reservation, in place of invalid ones."""

_Root = TypeVar("_Root", bound=Settings)


@dataclass(frozen=True, slots=True)
class ValidSubset(Generic[_Root]):
    """The valid subset of a stack file, so that checks across sections can go on beside other errors."""

    readings: tuple[_Root, ...]
    """One stack, or one for each provider if the file does not name one."""

    broken: frozenset[Keys]
    """Entries that are in the file, but not in the readings, such as ("pools", "l4")."""


def validated(
    kind: StackKind, sections: dict[str, Any], document: Document, trapped: Iterable[Diagnostic]
) -> tuple[ValidSubset[Any], list[Diagnostic]]:
    """The valid subset of the sections, and the errors of the models in addition to known ones."""
    traps = {found.keys for found in trapped}
    stack, errors = _read(kind.model, sections)
    misspelt = {keys for error in errors if (keys := meant(error, kind.model)) and not document.node(keys)}
    by_keys = {
        found.keys: found for found in (diagnostic_of(error, document, kind.model) for error in errors)
    }
    faults = [it for keys, it in by_keys.items() if keys not in misspelt and not is_below(keys, traps)]
    if stack and not traps:
        return ValidSubset((stack,), frozenset()), faults
    broken = frozenset(_entry(kind, unrooted(keys)) for keys in traps | misspelt | {it.keys for it in faults})
    return _sound(kind, sections, broken), faults


def is_below(keys: Keys, parents: Container[Keys]) -> bool:
    """Whether one of the parents is a prefix of these keys, or equal."""
    return any(keys[:length] in parents for length in range(1, len(keys) + 1))


def _read(model: type[_Root], sections: dict[str, Any]) -> tuple[_Root | None, list[ErrorDetails]]:
    """Validate via JSON: strict mode then accepts lists as sets and strings as enums, but no string as a
    number."""
    try:
        return model.model_validate_json(json.dumps(sections), strict=True, by_alias=True, by_name=False), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _entry(kind: StackKind, keys: Keys) -> Keys:
    """The smallest part that can be left out to remove the error at the keys: a pool, chart or model key.
    Without a provider, the whole cluster section is left out."""
    if keys[:2] == ("cluster", "provider"):
        return keys[:1]
    if _is_of_a_reservation(keys):
        return keys
    if keys[:2] == ("extras", "charts"):
        return keys[:3]
    deep = len(kind.models)
    return keys[: deep + 2] if keys[:deep] == kind.models else keys[:2]


def _sound(kind: StackKind, sections: dict[str, Any], broken: frozenset[Keys]) -> ValidSubset[Any]:
    left = _completed(kind, _without(sections, broken), broken)
    _, errors = _read(kind.model, _placed(kind, left)[0])
    unfinished = frozenset(_holder(error, kind) for error in errors)
    left = _without(left, unfinished)
    readings = (_read(kind.model, placed)[0] for placed in _placed(kind, left))
    return ValidSubset(tuple(stack for stack in readings if stack), broken | unfinished)


def _placed(kind: StackKind, sections: dict[str, Any]) -> list[dict[str, Any]]:
    """The sections with their provider, or with each provider if they name none."""
    if kind is TEAM:
        return [sections]
    given = sections.get("cluster", {})
    places = [given["provider"]] if "provider" in given else _PLACES
    return [{"pools": {}, **sections, "cluster": {**_PLACES[place], **given}} for place in places]


def _holder(error: ErrorDetails, kind: StackKind) -> Keys:
    """The smallest part that lacks a required key: a model without a pool, a budget without recipients."""
    keys, _ = place_of(error["loc"], kind.model)
    deep = len(kind.models) + 1
    return keys[:-1][:deep] if error["type"] == "missing" else keys[:deep]


def _completed(kind: StackKind, sections: dict[str, Any], broken: Collection[Keys]) -> dict[str, Any]:
    """The section with the keys that every model requires."""
    *around, last = map(str, kind.models)
    holder: dict[str, Any] = sections
    for key in around:
        holder = holder.get(key, {})
    completed = {last: {name: _completed_model(model) for name, model in holder.get(last, {}).items()}}
    for key in reversed(around):
        completed = {key: {**sections.get(key, {}), **completed}}
    return {**sections, **completed, **_completed_pools(sections, broken)}


def _completed_pools(sections: dict[str, Any], broken: Collection[Keys]) -> dict[str, Any]:
    """Pools that remain, with valid values in place of invalid ones of reservations, and unique ids."""
    pools: dict[str, Any] = dict(sections.get("pools", {}))
    replaced = sorted(it for it in broken if _is_of_a_reservation(it) and not is_below(it[:-1], broken))
    for number, keys in enumerate(replaced):
        _, name, _, way, key = map(str, keys)
        capacity = pools[name]["capacity"]
        right = f"cr-{number:08x}" if key == "id" else _RIGHT[key]
        pools[name] = {**pools[name], "capacity": {**capacity, way: {**capacity[way], key: right}}}
    return {"pools": pools} if pools else {}


def _is_of_a_reservation(keys: Keys) -> bool:
    """Whether the value is one of a reservation that no other check depends on: not its zone."""
    return (
        keys[:1] == ("pools",)
        and keys[2:3] == ("capacity",)
        and keys[3:4] in {("reservation",), ("capacityBlock",)}
        and keys[4:] in {(key,) for key in ("id", *_RIGHT)}
    )


def _completed_model(model: dict[str, Any]) -> dict[str, Any]:
    """Enough to check the rest of a model that lacks it, and large enough to be no error of its own."""
    has_weights = "store" in model or model.get("engine") == ServingEngine.CUSTOM
    cache = {} if has_weights else {"cache": {"size": "1Ti"}}
    return {"model": "any", "replicas": 1} | cache | model


def _without(value: Any, broken: frozenset[Keys], keys: Keys = ()) -> Any:
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    return {
        key: _without(inner, broken, (*keys, key))
        for key, inner in given.items()
        if (*keys, key) not in broken
    }
