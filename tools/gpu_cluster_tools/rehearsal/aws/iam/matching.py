"""Wildcards, ARNs and variables of policies.

Sources, read 2026-11-28, IAM user guide: "IAM JSON policy elements: Resource" (an ARN's parts are matched
one by one in Arn conditions, the whole in Resource), "IAM policy elements: Variables and tags" (a variable
without a value never matches; `${*}`, `${?}` and `${$}` are the characters themselves).
"""

import re
from collections.abc import Mapping
from functools import lru_cache

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERAL = {"*": "\x01", "?": "\x02", "$": "$"}
_PARTS = 6  # arn:partition:service:region:account:resource

Context = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case, with the values that the call gives them."""


def matches(pattern: str, value: str) -> bool:
    """True if a value matches a pattern with `*` and `?`; case-sensitive."""
    return pattern == "*" or _compiled(pattern).fullmatch(value) is not None


def matches_action(pattern: str, action: str) -> bool:
    """Actions have no case."""
    return matches(pattern.lower(), action.lower())


def matches_arn(pattern: str, value: str) -> bool:
    """Part by part, as Arn conditions compare: a `*` never reaches over a colon but in the last part."""
    wanted, given = pattern.split(":", _PARTS - 1), value.split(":", _PARTS - 1)
    if len(wanted) != _PARTS or len(given) != _PARTS:
        return pattern == "*" or (len(wanted) == 1 and matches(pattern, value))
    return all(map(matches, wanted, given))


def resolved(text: str, context: Context) -> str | None:
    """The text with its variables replaced; None where one has no single value."""
    missing = False

    def value_of(found: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = found[1].partition(",")
        name = name.strip()
        if name in _LITERAL:
            return _LITERAL[name]
        values = context.get(name.lower(), ())
        if len(values) == 1:
            return values[0].replace("*", "\x01").replace("?", "\x02")
        if default:
            return default.strip().strip("'")
        missing = True
        return ""

    text = _VARIABLE.sub(value_of, text)
    return None if missing else text


def plain(text: str) -> str:
    """The resolved text, if it is not a pattern."""
    return text.replace("\x01", "*").replace("\x02", "?")


def variables_in(text: str) -> list[str]:
    """The condition keys that a text takes values from."""
    names = (found.partition(",")[0].strip() for found in _VARIABLE.findall(text))
    return [name for name in names if name not in _LITERAL]


@lru_cache(maxsize=16384)
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = {"*": ".*", "?": ".", "\x01": r"\*", "\x02": r"\?"}
    return re.compile("".join(pieces.get(each, re.escape(each)) for each in pattern), re.DOTALL)
