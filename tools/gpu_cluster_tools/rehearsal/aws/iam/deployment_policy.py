"""IAM policy that allows exactly the calls of a rehearsal.

Actions have no wildcards. Resources are the stack's own, with wildcards only for parts that differ between
deployments: ids, random suffixes of names, UUIDs.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gpu_cluster_tools.rehearsal.aws.iam.call_log import RecordedCall

MANAGED_POLICY = 6144
"""Characters of a managed policy, without white space. Source: IAM user guide, IAM quotas, 2026-11-28."""

ATTACHED_POLICIES = 10
"""Managed policies of a role, by default. Source: as above."""

Document = dict[str, Any]
_Group = tuple[frozenset[str], frozenset[tuple[str, str]]]

_VERSION = "2012-10-17"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID = re.compile(r"(?<=[/:])[a-z]+-[0-9a-f]{8,17}(?![0-9a-z])")
_SUFFIX = re.compile(r"-[0-9a-f]{7}(?![0-9a-z])")  # which the engine appends to names
_OBJECT = re.compile(r"(arn:aws:s3:::[^/]+)/.+")
_SECRET = re.compile(r"(:secret:.*)-[A-Za-z0-9]{6}$")
_CONDITIONS: Mapping[str, str] = {
    "iam:PassRole": "iam:PassedToService",
    "iam:CreateServiceLinkedRole": "iam:AWSServiceName",
}
"""Actions that are allowed for named services alone."""


def documents_for(calls: Iterable[RecordedCall]) -> list[Document]:
    """Policies that together allow the calls, each within the size of a managed policy."""
    return list(_packed(_within(each) for each in _statements(calls)))


def pattern_of(arn: str) -> str:
    """An ARN as it is in every deployment of the stack."""
    parts = ((_UUID, "*"), (_ID, "*"), (_SUFFIX, "-*"), (_OBJECT, r"\1/*"), (_SECRET, r"\1-*"))
    for part, meaning in parts:
        arn = part.sub(meaning, arn)
    return arn


def _statements(calls: Iterable[RecordedCall]) -> list[Document]:
    resources: dict[tuple[str, frozenset[tuple[str, str]]], set[str]] = {}
    for each in calls:
        resources.setdefault((each.action, _condition(each)), set()).add(pattern_of(each.resource))
    actions: dict[_Group, set[str]] = {}
    for (action, condition), arns in resources.items():
        wanted = frozenset(["*"]) if "*" in arns else frozenset(arns)
        actions.setdefault((wanted, condition), set()).add(action)
    made = [_statement(group, allowed) for group, allowed in actions.items()]
    return sorted(made, key=lambda it: (it["Action"][0], it["Resource"]))


def _condition(recorded: RecordedCall) -> frozenset[tuple[str, str]]:
    key = _CONDITIONS.get(recorded.action)
    return frozenset((key, value) for value in recorded.context.get(key.lower(), ())) if key else frozenset()


def _statement(group: _Group, allowed: set[str]) -> Document:
    arns, condition = group
    made: Document = {"Effect": "Allow", "Action": sorted(allowed), "Resource": sorted(arns)}
    if condition:
        made["Condition"] = {"StringEquals": dict(sorted(condition))}
    return made


def _within(statement: Document) -> Iterator[Document]:
    """The statement, in as many pieces as fit into a policy each."""
    if _size([statement]) <= MANAGED_POLICY:
        yield statement
        return
    longer = max(("Action", "Resource"), key=lambda it: len(json.dumps(statement[it])))
    listed: list[str] = statement[longer]
    for half in (listed[: len(listed) // 2], listed[len(listed) // 2 :]):
        yield from _within({**statement, longer: half})


def _packed(pieces: Iterable[Iterable[Document]]) -> Iterator[Document]:
    current: list[Document] = []
    for piece in pieces:
        for statement in piece:
            if current and _size([*current, statement]) > MANAGED_POLICY:
                yield _document(current)
                current = []
            current.append(statement)
    if current:
        yield _document(current)


def _document(statements: list[Document]) -> Document:
    return {"Version": _VERSION, "Statement": statements}


def _size(statements: list[Document]) -> int:
    """Characters as IAM counts them."""
    return len(re.sub(r"\s", "", json.dumps(_document(statements))))
