"""The models applied to what a file gives, and to the part of it that is sound."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError

from components.config.stack import Stack
from components.stackfile.document import Document
from components.stackfile.messages import finding
from components.stackfile.problem import Finding, Keys
from components.stackfile.sections import unrooted

_PLACES = ("local", "existing")


@dataclass(frozen=True, slots=True)
class Sound:
    """What of a stack file is right, so that checks across sections can go on beside other mistakes."""

    readings: tuple[Stack, ...]
    """One stack, or one for each place where the file does not say which it is."""

    broken: frozenset[Keys]
    """Entries that are in the file, but not in the readings: ("pools", "l4"), ("registry", "mirror")."""


def validated(
    sections: dict[str, Any], document: Document, trapped: Iterable[Finding]
) -> tuple[Sound, list[Finding]]:
    """The sound part of the sections, and what the models found wrong beyond what is already known."""
    traps = {found.keys for found in trapped}
    stack, errors = _stack(sections)
    faults = [found for found in _findings(errors, document) if not _below(found.keys, traps)]
    if stack and not traps:
        return Sound((stack,), frozenset()), faults
    broken = frozenset(_entry(unrooted(keys)) for keys in traps | {found.keys for found in faults})
    return Sound(tuple(_readings(sections, broken)), broken), faults


def _stack(sections: dict[str, Any]) -> tuple[Stack | None, list[Any]]:
    """By way of JSON, whose strict reading takes lists as sets and words as enums, but no text as number."""
    try:
        return Stack.model_validate_json(json.dumps(sections), strict=True, by_alias=True, by_name=False), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _findings(errors: Iterable[Any], document: Document) -> list[Finding]:
    """One finding for each key, without keys that are only missing because they are misspelt."""
    by_keys = {found.keys: found for found in (finding(error, document) for error in errors)}
    misspelt = {
        (*found.keys[:-1], word)
        for found in by_keys.values()
        if (word := found.message.partition("unknown key, did you mean '")[2].removesuffix("'?"))
    }
    return [found for keys, found in by_keys.items() if keys not in misspelt]


def _below(keys: Keys, parents: set[Keys]) -> bool:
    return any(keys[:length] in parents for length in range(1, len(keys) + 1))


def _entry(keys: Keys) -> Keys:
    """The smallest part that can be left out for what is wrong at the keys."""
    if keys[0] == "cluster":
        return keys[:1]
    return keys[:3] if keys[:2] == ("serving", "models") else keys[:2]


def _readings(sections: dict[str, Any], broken: frozenset[Keys]) -> Iterable[Stack]:
    sound = {"pools": {}} | _without(sections, broken)
    places = [sound["cluster"]] if "cluster" in sound else [{"provider": place} for place in _PLACES]
    for cluster in places:
        stack, _ = _stack({**sound, "cluster": cluster})
        if stack:
            yield stack


def _without(value: Any, broken: frozenset[Keys], keys: Keys = ()) -> Any:
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    return {
        key: _without(inner, broken, (*keys, key))
        for key, inner in given.items()
        if (*keys, key) not in broken
    }
