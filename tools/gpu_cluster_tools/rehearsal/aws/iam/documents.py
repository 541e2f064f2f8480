"""Policy documents as frozen statements.

Source: IAM user guide, "IAM JSON policy element reference", read 2026-11-28.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# (documents are any JSON)

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_ELEMENTS = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}
_VERSIONS = ("2012-10-17", "2008-10-17")
_DOCUMENT = {"Version", "Id", "Statement"}


class PolicyError(ValueError):
    """A policy that the evaluation does not understand; the message names the part."""


@dataclass(frozen=True)
class PolicyStatement:
    """One statement. Every `not_…` is the negation of the element beside it."""

    effect: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: Mapping[str, tuple[str, ...]] | None = None
    """Principals by type: AWS, Service, Federated, CanonicalUser. None in identity policies."""

    not_principals: Mapping[str, tuple[str, ...]] | None = None
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Operator to condition key to values."""

    sid: str = ""

    @property
    def allows(self) -> bool:
        return self.effect == "Allow"


@dataclass(frozen=True)
class Policy:
    statements: tuple[PolicyStatement, ...]
    variables: bool = True
    """True if ${…} is replaced, only in version 2012-10-17."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Policy:
    """The policy of a JSON text. `PolicyError` where it is none."""
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        raise PolicyError(f"policy is not JSON: {error}") from error
    except RecursionError:
        raise PolicyError("policy is nested too deeply") from None
    return policy_of(document)


def policy_of(document: Any) -> Policy:
    """The policy of a parsed document."""
    if not isinstance(document, Mapping):
        raise PolicyError("policy is not a JSON object")
    if unknown := document.keys() - _DOCUMENT:
        raise PolicyError(f"policy element {sorted(unknown)[0]} does not exist")
    version = document.get("Version", _VERSIONS[1])
    if version not in _VERSIONS:
        raise PolicyError(f"policy version {version} does not exist; there are {', '.join(_VERSIONS)}")
    given = document.get("Statement", [])
    statements = [given] if isinstance(given, Mapping) else given
    if not isinstance(statements, list):
        raise PolicyError("policy element Statement is neither an object nor a list of objects")
    return Policy(tuple(map(_statement, statements)), version == _VERSIONS[0])


def _statement(given: Any) -> PolicyStatement:
    if not isinstance(given, Mapping):
        raise PolicyError(f"statement {given!r} is not an object")
    if unknown := given.keys() - _ELEMENTS:
        raise PolicyError(f"statement element {sorted(unknown)[0]} does not exist")
    if given.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"statement effect {given.get('Effect')!r} is neither Allow nor Deny")
    for one in ("Action", "Resource", "Principal"):
        if one in given and f"Not{one}" in given:
            raise PolicyError(f"statement has both {one} and Not{one}")
    if "Action" not in given and "NotAction" not in given:
        raise PolicyError("statement has neither Action nor NotAction")
    return PolicyStatement(
        effect=given["Effect"],
        actions=_words(given.get("Action")),
        not_actions=_words(given.get("NotAction")),
        resources=_words(given.get("Resource")),
        not_resources=_words(given.get("NotResource")),
        principals=_principals(given.get("Principal")),
        not_principals=_principals(given.get("NotPrincipal")),
        conditions={
            operator: {key: _values(value) for key, value in _object(tests, operator).items()}
            for operator, tests in _object(given.get("Condition", {}), "Condition").items()
        },
        sid=str(given.get("Sid", "")),
    )


def _principals(given: Any) -> Mapping[str, tuple[str, ...]] | None:
    if given is None:
        return None
    if given == "*":
        return {"AWS": ("*",)}
    if not isinstance(given, Mapping):
        raise PolicyError(f"principal {given!r} is neither * nor an object")
    return {kind: _words(value) for kind, value in given.items()}


def _words(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise PolicyError(f"{given!r} is neither text nor a list of texts")
    return tuple(listed)


def _object(given: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise PolicyError(f"{name} of a statement is not an object")
    return given


def _values(given: Any) -> tuple[str, ...]:
    """Values of a condition; JSON booleans and numbers count as their text."""
    listed = given if isinstance(given, list) else [given]
    return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in listed)
