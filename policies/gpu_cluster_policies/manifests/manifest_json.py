"""JSON of manifests: one value after the other, as kubectl takes them, with the line of every key."""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.document import UnreadableFileError

_SPACE = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"(?:[ \t\r\n]|---[ \t]*(?:\r?\n|$))*")
_DIGITS = 18  # that an int64 holds
_SIGNS = frozenset('{}[]:,"')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class NotJsonError(Exception):
    """A text that may be YAML instead."""


class _Text:
    """A text whose lines are counted when one is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    def line(self, position: int) -> int:
        return bisect_right(self._newlines, position - 1) + 1

    @cached_property
    def _newlines(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]


@dataclass
class JsonDocument:
    """A value, and the line of every key in it."""

    data: Any
    _text: _Text
    _position: int
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    _inside: dict[int, dict[str | int, tuple[int, int]]] = field(
        default_factory=dict[int, dict[str | int, tuple[int, int]]]
    )
    """By position of a map or list: positions of its keys or items, and of their values."""

    @property
    def start(self) -> int:
        return self._text.line(self._position)

    def line(self, keys: Keys) -> int:
        """Line of a key, or of the nearest parent that exists."""
        named = position = self._position
        for key in keys:
            inside = self._entries(position)
            if key not in inside:
                break
            named, position = inside[key]
        return self._text.line(named)

    def _entries(self, position: int) -> dict[str | int, tuple[int, int]]:
        if position not in self._inside:
            self._inside[position] = _entries(self._text.text, position)
        return self._inside[position]


def json_documents(text: str) -> list[JsonDocument]:
    """Every value of the text. `NotJsonError` where it is anything else, or a key is given twice."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_once, parse_constant=_refused, parse_int=_integer, parse_float=_float
    )
    whole, found, position = _Text(text), list[JsonDocument](), _skipped(_BETWEEN, text, 0)
    try:
        while position < len(text):
            data, end = decoder.raw_decode(text, position)
            data = _sound(data) if _SURROGATE.search(text, position, end) else data
            found.append(JsonDocument(data, whole, position))
            position = _skipped(_BETWEEN, text, end)
    except RecursionError:
        raise UnreadableFileError(whole.line(position), "nested too deeply") from None
    except ValueError:
        raise NotJsonError from None
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError  # as YAML, it is said where
    return found


def _refused(constant: str) -> Any:
    raise ValueError(constant)  # NaN and Infinity, which are no JSON


def _integer(digits: str) -> int | float:
    """Numbers beyond 64 bits are floats, as in Go."""
    return int(digits) if len(digits) <= _DIGITS else _float(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)  # 1e400, which kubectl refuses
    return number


def _sound(data: Any) -> Any:
    """Halves of surrogate pairs become the replacement character, as in Go."""
    if isinstance(data, str):
        return data.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(data, list):
        return [_sound(item) for item in cast(list[Any], data)]
    if isinstance(data, dict):
        return {_sound(key): _sound(value) for key, value in cast(dict[str, Any], data).items()}
    return data


def _entries(text: str, position: int) -> dict[str | int, tuple[int, int]]:
    """Positions of the keys or items of the map or list that begins here, and of their values."""
    found: dict[str | int, tuple[int, int]] = {}
    if text[position] not in "{[":
        return found
    is_map, ahead = text[position] == "{", _skipped(_SPACE, text, position + 1)
    decoder = json.JSONDecoder()
    while text[ahead] not in "}]":
        key, named = len(found), ahead
        if is_map:
            key, end = decoder.raw_decode(text, ahead)
            ahead = _skipped(_SPACE, text, _skipped(_SPACE, text, end) + 1)
        found[key] = (named, ahead)
        _, end = decoder.raw_decode(text, ahead)
        ahead = _skipped(_SPACE, text, end)
        if text[ahead] == ",":
            ahead = _skipped(_SPACE, text, ahead + 1)
    return found


def _skipped(pattern: re.Pattern[str], text: str, position: int) -> int:
    if text[position : position + 1] in _SIGNS:
        return position  # nothing to skip, as mostly
    match = pattern.match(text, position)
    return match.end() if match else position
