"""The models applied to what a file gives, and to the part of it that is sound."""

import json
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from components.config.stack import Stack
from components.stackfile.document import Document
from components.stackfile.messages import meant, mistake
from components.stackfile.problem import Keys, Mistake
from components.stackfile.sections import unrooted
from components.stackfile.shape import place as place_of

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
"""Where a platform can be, with as little as is right."""

_LEAST = {"model": "any", "replicas": 1, "cache": {"size": "1Mi"}}
"""Of what every model needs, as little as is right: enough to check the rest of a model that lacks it."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What of a stack file is right, so that checks across sections can go on beside other mistakes."""

    readings: tuple[Stack, ...]
    """One stack, or one for each place where the file does not say which it is."""

    broken: frozenset[Keys]
    """Entries that are in the file, but not in the readings, such as ("pools", "l4")."""


def validated(
    sections: dict[str, Any], document: Document, trapped: Iterable[Mistake]
) -> tuple[Sound, list[Mistake]]:
    """The sound part of the sections, and what the models found wrong beyond what is already known."""
    traps = {found.keys for found in trapped}
    stack, errors = _stack(sections)
    misspelt = {keys for error in errors if (keys := meant(error)) and not document.node(keys)}
    by_keys = {found.keys: found for found in (mistake(error, document) for error in errors)}
    faults = [it for keys, it in by_keys.items() if keys not in misspelt and not is_below(keys, traps)]
    if stack and not traps:
        return Sound((stack,), frozenset()), faults
    broken = frozenset(_entry(unrooted(keys)) for keys in traps | misspelt | {it.keys for it in faults})
    return _sound(sections, broken), faults


def is_below(keys: Keys, parents: Container[Keys]) -> bool:
    """Whether one of the parents is at these keys or above."""
    return any(keys[:length] in parents for length in range(1, len(keys) + 1))


def _stack(sections: dict[str, Any]) -> tuple[Stack | None, list[ErrorDetails]]:
    """By way of JSON, whose strict reading takes lists as sets and words as enums, but no text as number."""
    try:
        return Stack.model_validate_json(json.dumps(sections), strict=True, by_alias=True, by_name=False), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _entry(keys: Keys) -> Keys:
    """The smallest part that can be left out for what is wrong at the keys: a pool, or a key of a model.

    Without its provider, nothing of a cluster says anything.
    """
    if keys[:2] == ("cluster", "provider"):
        return keys[:1]
    return keys[:4] if keys[:2] == ("serving", "models") else keys[:2]


def _sound(sections: dict[str, Any], broken: frozenset[Keys]) -> Sound:
    left: dict[str, Any] = {"pools": {}, **_completed(_without(sections, broken))}
    _, errors = _stack(_placed(left)[0])
    unfinished = frozenset(_holder(error) for error in errors)
    left = _without(left, unfinished)
    readings = (_stack(placed)[0] for placed in _placed(left))
    return Sound(tuple(stack for stack in readings if stack), broken | unfinished)


def _placed(sections: dict[str, Any]) -> list[dict[str, Any]]:
    """The sections in their place, or in every place where they do not say which it is."""
    given = sections.get("cluster", {})
    places = [given["provider"]] if "provider" in given else _PLACES
    return [{**sections, "cluster": {**_PLACES[place], **given}} for place in places]


def _holder(error: ErrorDetails) -> Keys:
    """What lacks a key that it cannot do without: a model without a pool, a budget that nobody hears of."""
    keys, _ = place_of(error["loc"])
    return keys[:-1][:3] if error["type"] == "missing" else keys[:3]


def _completed(sections: dict[str, Any]) -> dict[str, Any]:
    serving = sections.get("serving", {})
    models = {name: _LEAST | model for name, model in serving.get("models", {}).items()}
    return {**sections, "serving": {**serving, "models": models}}


def _without(value: Any, broken: frozenset[Keys], keys: Keys = ()) -> Any:
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    return {
        key: _without(inner, broken, (*keys, key))
        for key, inner in given.items()
        if (*keys, key) not in broken
    }
