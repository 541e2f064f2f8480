"""Policy documents of IAM, read as IAM reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.property import Property, UnreadableError

_ANY = re.compile(r"[*?]")
_WITHIN: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(
        (
            "aws:principalaccount",
            "aws:principalorgid",
            "aws:sourceaccount",
            "aws:sourceorgid",
            "aws:sourceowner",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "kms:calleraccount",
            "s3:dataaccesspointaccount",
        ),
        re.compile(r"[^*?]+"),
    ),
    **dict.fromkeys(("aws:principalarn", "aws:sourcearn"), re.compile(r"arn:[^:]*:[^:]+:[^:]*:\d{12}:.+")),
    **dict.fromkeys(("aws:principalorgpaths", "aws:sourceorgpaths"), re.compile(r"[^*?/]+/.*")),
    "aws:userid": re.compile(r"[^*?:]+:.*"),
}
"""Condition keys that identify callers, and values with wildcards that remain within an account or
organization.

Tags are none of them: any account can set those of its own principals. Source: Amazon S3 user guide, Blocking
public access, the meaning of "public", 2026-11-30.
"""

_COMPARES = frozenset(("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"))
_WILD = re.compile(r"[*?]*\*[*?]*")
_WILD_NAME = re.compile(r"[*?/:]*\*[*?/:]*")


@dataclass(frozen=True)
class Condition:
    operator: str
    """Condition operator in lower case, without `ForAllValues:` and `IfExists`."""

    key: str
    """Condition keys in lower case, as IAM compares them."""

    values: list[Property]
    weak: bool
    """Whether it also holds where the key is absent from the request."""

    @property
    def compares(self) -> bool:
        """Whether only some values of the key satisfy it, and an absent key does not."""
        return self.operator in _COMPARES and not self.weak


@dataclass(frozen=True)
class Statement:
    """Statement of a policy document.

    [statement] = statements(policy.at("policy"))
    statement.allows and statement.may("kms:Decrypt") and statement.on_everything
    """

    field: Property

    @property
    def allows(self) -> bool:
        return self.field.at("Effect").value == "Allow"

    @property
    def actions(self) -> list[Property]:
        return self.field.at("Action").one_or_more()

    @property
    def resources(self) -> list[Property]:
        return self.field.at("Resource").one_or_more()

    @property
    def conditions(self) -> Iterator[Condition]:
        for operator, keys in self.field.at("Condition").entries():
            name, weak = operator.lower(), operator.lower().endswith("ifexists")
            weak |= name.startswith("forallvalues:")
            name = name.rpartition(":")[2].removesuffix("ifexists")
            for key, values in keys.entries():
                yield Condition(name, key.lower(), values.one_or_more(), weak)

    @property
    def principals(self) -> Iterator[tuple[str, Property]]:
        """Kind and name of each, such as `Service` and `ec2.amazonaws.com`; `*` alone is of kind AWS."""
        principal = self.field.at("Principal")
        if isinstance(principal.value, str):
            yield "AWS", principal
        for kind, names in principal.entries():
            for name in names.one_or_more():
                yield kind, name

    @property
    def is_for_anybody(self) -> bool:
        """Whether it allows all principals without a condition that limits callers."""
        named = any(name.text == "*" for _, name in self.principals)
        excepted = self.field.at("NotPrincipal").value is not None
        return (named or excepted) and not any(map(_tells_callers_apart, self.conditions))

    def may(self, action: str) -> bool:
        """Whether it includes this action, such as `kms:Decrypt`."""
        excepted = self.field.at("NotAction").one_or_more()
        if excepted:
            return not any(matches(pattern.text, action) for pattern in excepted)
        return any(matches(pattern.text, action) for pattern in self.actions)

    @property
    def on_everything(self) -> Property | None:
        """The place that lets it act on every resource of a service, at least in one region of an account."""
        excepted = self.field.at("NotResource")
        if excepted.value is not None:
            return excepted
        return next((item for item in self.resources if _is_everything(item.text)), None)


def statements(document: Property) -> list[Statement]:
    """Statements of a document, given as JSON text or as a map.

    `UnreadableError` if IAM would refuse it: invalid JSON, no statement, or a statement without effect or
    action.
    """
    content = document.parsed()
    if content.value is None:
        return []
    found = content.at("Statement").one_or_more()
    if not found:
        raise UnreadableError(document, "a document without statements", "an IAM policy document")
    for field in found:
        _demand(field)
    return [Statement(field) for field in found]


def allowing(document: Property) -> Iterator[Statement]:
    """Statements with effect Allow."""
    return (statement for statement in statements(document) if statement.allows)


def for_anybody(document: Property) -> Iterator[Statement]:
    """Statements that allow actions for all principals."""
    return (statement for statement in allowing(document) if statement.is_for_anybody)


def matches_all(pattern: str, service: str, names: Iterable[str]) -> bool:
    """Whether an ARN pattern matches all of these names of a service, in any account and region of its own.

    matches_all("arn:aws:iam::123456789012:r*", "iam", ("role/one", "role/other"))  # True
    """
    arn = _fields(pattern)
    return matches(arn[2], service) and all(matches(arn[5], name) for name in names)


def matches(pattern: str, name: str) -> bool:
    """Whether an IAM pattern matches: * is any text, ? one character, and actions are case-insensitive."""
    return bool(_regex(pattern.lower()).fullmatch(name.lower()))


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern)
    return re.compile("".join(parts), re.DOTALL)


def _is_everything(pattern: str) -> bool:
    return bool(_WILD_NAME.fullmatch(_fields(pattern)[5]))


def _fields(pattern: str) -> list[str]:
    """The six fields of an ARN; IAM completes one that has fewer with `*`.

    Source: IAM user guide, policy element Resource, incomplete ARNs, 2026-11-30.
    """
    if _WILD.fullmatch(pattern):
        return ["*"] * 6
    given = pattern.split(":", 5)
    return given + ["*"] * (6 - len(given))


def _demand(statement: Property) -> None:
    effect = statement.at("Effect")
    if effect.value not in ("Allow", "Deny"):
        raise UnreadableError(effect, effect.shown, "Allow or Deny")
    for principal in (statement.at("Principal"), statement.at("NotPrincipal")):
        if not isinstance(principal.value, Mapping | None) and principal.value != "*":
            raise UnreadableError(principal, principal.shown, '"*", or principal types with their names')
        for _, names in principal.entries():
            _demand_texts(names)
    for key in ("Action", "NotAction", "Resource", "NotResource"):
        _demand_texts(statement.at(key))
    _demand_conditions(statement.at("Condition"))
    if statement.at("Action").value is None and statement.at("NotAction").value is None:
        raise UnreadableError(statement.at("Action"), "not set", "a list of actions")


def _demand_texts(field: Property) -> None:
    """`UnreadableError` where it is neither absent nor unknown, nor a string or a list of strings."""
    for text in () if field.content is UNKNOWN else field.one_or_more():
        if text.content is not UNKNOWN and not isinstance(text.content, str):
            raise UnreadableError(text, text.shown, "a string")


def _demand_conditions(conditions: Property) -> None:
    if conditions.content is UNKNOWN:
        return
    if not isinstance(conditions.value, Mapping | None):
        raise UnreadableError(conditions, conditions.shown, "condition operators with their keys")
    for _, keys in conditions.entries():
        if keys.content is UNKNOWN:
            continue
        if not isinstance(keys.value, Mapping):
            raise UnreadableError(keys, keys.shown, "condition keys with their values")
        for _, values in keys.entries():
            _demand_scalars(values)


def _demand_scalars(field: Property) -> None:
    for scalar in () if field.content is UNKNOWN else field.one_or_more():
        if scalar.content is not UNKNOWN and not isinstance(scalar.content, str | bool | int | float):
            raise UnreadableError(scalar, scalar.shown, "a string, a number or a boolean")


def _tells_callers_apart(condition: Condition) -> bool:
    within = _WITHIN.get(condition.key)
    return (
        condition.compares
        and within is not None
        and all(_identifies(value.text, within) for value in condition.values)
    )


def _identifies(value: str, within: re.Pattern[str]) -> bool:
    """Whether a value, or each that a pattern matches, is one caller, account or organization.

    A policy variable may be the caller's own value.
    """
    return "${" not in value and (not _ANY.search(value) or bool(within.fullmatch(value)))
