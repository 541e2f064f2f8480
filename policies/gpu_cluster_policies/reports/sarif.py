"""SARIF 2.1.0 report for code scanning, which shows findings at their lines.

Source: OASIS Static Analysis Results Interchange Format (SARIF) Version 2.1.0, 27 March 2020.
"""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from gpu_cluster.stack.diagnostic import LocatedDiagnostic
from gpu_cluster_policies.manifests.manifests import STDIN
from gpu_cluster_policies.not_judged import NOT_JUDGED, Unseen
from gpu_cluster_policies.reports.evaluation import Evaluation, Shown
from gpu_cluster_policies.rule import Rule
from gpu_cluster_policies.source_location import SourceLocation
from gpu_cluster_policies.waivers import Waiver

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_FINGERPRINT = "resourceAndProperty/v1"
_PAGE = "docs/reference/rules.md"


_WAIVERS = {
    "id": "waivers",
    "name": "Waivers",
    "shortDescription": {"text": "Waivers have not expired, and are needed"},
    "fullDescription": {"text": "An outdated waiver hides later violations."},
    "help": {"text": "Renew or remove it in policies/waivers.yaml. See docs/policies.md."},
    "defaultConfiguration": {"level": "error"},
}


_NOT_JUDGED = {
    "id": NOT_JUDGED,
    "name": "NotJudged",
    "shortDescription": {"text": "Rules look at everything that is applied"},
    "fullDescription": {
        "text": "An object that rules cannot evaluate may contain pods that violate every rule."
    },
    "help": {"text": "Render it, or use object kinds that the rules know. See docs/check.md."},
    "defaultConfiguration": {"level": "warning"},
}


def sarif_text(judged: Evaluation) -> str:
    """SARIF run with all rules and findings; waived and exempt ones are suppressed."""
    indices = {rule: index for index, rule in enumerate(judged.pack.rules)}
    every = (*judged.findings, *judged.waived, *judged.exempt)
    results = [_result(shown, indices[shown.finding.rule.id]) for shown in every]
    run = {
        "tool": {
            "driver": {
                "name": "gpu-cluster",
                "semanticVersion": version("gpu-cluster"),
                "rules": [
                    *(_rule(rule, stops=judged.pack.stops(rule)) for rule in judged.pack.rules.values()),
                    _WAIVERS,
                    _NOT_JUDGED,
                ],
            }
        },
        "automationDetails": {"id": f"gpu-cluster/{judged.name}/"},
        "columnKind": "unicodeCodePoints",
        "results": [
            *results,
            *(_stale(problem, len(indices)) for problem in judged.report.stale),
            *(
                _unseen(unseen, len(indices) + 1)
                for unseen in (*judged.not_judged, *judged.not_judged_waived)
            ),
        ],
    }
    return (
        json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)
        + "\n"
    )


def _rule(rule: Rule, *, stops: bool) -> dict[str, Any]:
    references = "; ".join(rule.references)
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why}\nTo fix it, {rule.fix}.\nReferences: {references}. See {_PAGE}.",
            "markdown": f"{rule.why}\n\n**To fix it**, {_plain(rule.fix)}.\n\n*{_plain(references)}*",
        },
        "defaultConfiguration": {"level": _level(stops=stops)},
        "properties": {
            "tags": ["security", *_tags(rule.references)],
            "precision": "very-high",
            "problem.severity": _level(stops=stops),
        },
    }


def _result(shown: Shown, index: int) -> dict[str, Any]:
    finding = shown.finding
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": _level(stops=shown.stops),
        "message": {"text": f"{finding.brief}. To fix it, {finding.rule.fix}."},
        "locations": [
            {
                **_location(shown.place),
                "logicalLocations": [{"fullyQualifiedName": finding.resource, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {_FINGERPRINT: _fingerprint(shown)},
        **({"suppressions": suppressions} if (suppressions := list(_suppressions(shown))) else {}),
    }


def _stale(problem: LocatedDiagnostic, index: int) -> dict[str, Any]:
    return {
        "ruleId": _WAIVERS["id"],
        "ruleIndex": index,
        "level": "error",
        "message": {"text": problem.message},
        "locations": [_location(SourceLocation(problem.file, problem.line, problem.key))],
        "partialFingerprints": {_FINGERPRINT: _digest(problem.file, problem.message)},
    }


def _unseen(unseen: Unseen, index: int) -> dict[str, Any]:
    return {
        "ruleId": _NOT_JUDGED["id"],
        "ruleIndex": index,
        "level": "warning",
        "message": {"text": f"{unseen.resource}: not judged: {unseen.why}"},
        "locations": [_location(unseen.place)],
        "partialFingerprints": {_FINGERPRINT: _digest(unseen.place.file, unseen.resource, unseen.why)},
        **({"suppressions": [_suppression(unseen.waiver)]} if unseen.waiver else {}),
    }


def _location(place: SourceLocation) -> dict[str, Any]:
    """Manifests from a pipe have no path in the repository, but code scanning wants one for every result."""
    address = "stdin" if place.file == STDIN else place.file
    artifact = {"uri": quote(address, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": place.line}}}


def _suppressions(shown: Shown) -> Iterator[dict[str, Any]]:
    if shown.waiver:
        yield _suppression(shown.waiver)
    if shown.exemption:
        yield {"kind": "external", "justification": f"{shown.exemption.reason} (platform exemption)"}


def _suppression(waiver: Waiver) -> dict[str, str]:
    return {
        "kind": "external",
        "justification": f"{waiver.reason} ({waiver.owner}, until {waiver.expires})",
    }


def _fingerprint(shown: Shown) -> str:
    """The same wherever the line moves to; of the file as well, for an object may stand in two."""
    finding = shown.finding
    return _digest(shown.place.file, finding.rule.id, finding.resource, finding.path)


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()[:32]


def _level(*, stops: bool) -> str:
    return "error" if stops else "warning"


def _tags(references: Iterable[str]) -> list[str]:
    """Controls that it is evidence for, by which code scanning filters: at most 20 to a rule."""
    return list(dict.fromkeys(references))[:19]


def _plain(words: str) -> str:
    """Markdown would take `<name>` for a tag and `*` for emphasis."""
    return words.replace("<", "&lt;").replace("*", "\\*")
