"""Policy documents of IAM, read as IAM reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.property import Property, UnreadableError

_NARROWS = frozenset(
    (
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
    )
)
"""Condition keys that tell one caller from another."""

_COMPARES = frozenset(("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"))
_EVERYTHING = re.compile(r"\*+|arn:[^:]*:[^:]*:\**:\**:\*+")


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
        named = any(kind == "AWS" and name.text == "*" for kind, name in self.principals)
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
        """The place that lets it act on every resource, whatever the account holds."""
        excepted = self.field.at("NotResource")
        if excepted.value is not None:
            return excepted
        return next((item for item in self.resources if _EVERYTHING.fullmatch(item.text)), None)


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


def matches(pattern: str, name: str) -> bool:
    """Whether an IAM pattern matches: * is any text, ? one character, and actions are case-insensitive."""
    return bool(_regex(pattern.lower()).fullmatch(name.lower()))


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern)
    return re.compile("".join(parts), re.DOTALL)


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
    values = [value.text for value in condition.values]
    known = condition.key in _NARROWS or condition.key.startswith("aws:principaltag/")
    return condition.compares and known and not any(set(value) <= {"*", "?"} for value in values)
