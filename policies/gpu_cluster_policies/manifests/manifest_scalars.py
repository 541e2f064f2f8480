"""Scalars of YAML as kubectl resolves them.

Source: go.yaml.in/yaml/v2 v2.4.5 resolve.go, the YAML of sigs.k8s.io/yaml v1.6.0, read 2026-11-29.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

MERGE = "<<"
TAG = "tag:yaml.org,2002:"

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_NUMBERS = "0123456789+-."  # that a number begins with
_INTEGER = re.compile(r"([-+]?)(0[bB]|0[oO]|0[xX]|0)?([0-9a-fA-F]+)")
_BASES = {"0b": 2, "0o": 8, "0x": 16, "0": 8}
_LEAST, _MOST = -(2**63), 2**64 - 1  # what int64 and uint64 hold; others are floats or text
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


class UnknownTagError(Exception):
    """A tag that kubectl does not know."""


@lru_cache(maxsize=4096)
def plain_value(text: str) -> Any:
    """Value of a plain scalar. Dates, infinity and other types without a JSON equivalent remain text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBERS:
        return text
    plain = text.replace("_", "")
    integer = _integer(plain)
    if integer is not None:
        return integer
    if not _FLOAT.fullmatch(plain):
        return text
    number = float(plain)
    return number if math.isfinite(number) else text


def tagged_value(tag: str, text: str) -> Any:
    """Value of a scalar with an explicit tag. `UnknownTagError` if kubectl does not know the tag."""
    match tag.removeprefix(TAG):
        case "str" | "binary" | "timestamp":
            return text
        case "int" | "float" | "bool" | "null":
            return plain_value(text)
        case _:
            raise UnknownTagError(f"the tag {tag} is not known; put text that starts with ! in quotes")


def _integer(plain: str) -> int | None:
    match = _INTEGER.fullmatch(plain)
    if not match:
        return None
    sign, prefix, digits = match.groups()
    try:
        number = int(digits, _BASES.get((prefix or "").lower(), 10))
    except ValueError:  # such as 08, which is a float
        return None
    number = -number if sign == "-" else number
    return number if _LEAST <= number <= _MOST else None
