"""Allowed and denied calls by principal, each once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpu_cluster_tools.rehearsal.aws.iam.evaluation import AccessRequest

Key = tuple[str, str, str, frozenset[tuple[str, tuple[str, ...]]]]

_PASSING = ("aws:currenttime", "aws:epochtime")
"""Conditions that say nothing of the call itself."""


@dataclass(frozen=True)
class RecordedCall:
    """A call with its context."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]

    def as_json(self) -> dict[str, Any]:
        return {
            "principal": self.principal,
            "action": self.action,
            "resource": self.resource,
            "context": {key: list(values) for key, values in self.context.items()},
        }

    @classmethod
    def parsed(cls, given: Mapping[str, Any]) -> "RecordedCall":
        context = {key: tuple(values) for key, values in given["context"].items()}
        return cls(given["principal"], given["action"], given["resource"], context)


class CallLog:
    """Log of allowed calls, and of refusals."""

    def __init__(self) -> None:
        self._calls: dict[Key, RecordedCall] = {}
        self._refused: dict[tuple[str, str], None] = {}

    def add(self, call: AccessRequest) -> None:
        context = {key: values for key, values in call.context.items() if key not in _PASSING}
        key = (call.caller.arn, call.action, call.resource, frozenset(context.items()))
        self._calls.setdefault(key, RecordedCall(call.caller.arn, call.action, call.resource, context))

    def all(self) -> list[RecordedCall]:
        """Calls in the order of their first occurrence."""
        return list(self._calls.values())

    def refuse(self, principal: str, words: str) -> None:
        """Record the message of a denied call."""
        self._refused.setdefault((principal, words))

    def refused(self) -> list[tuple[str, str]]:
        """Principals and messages of denied calls, in order of first occurrence."""
        return list(self._refused)
