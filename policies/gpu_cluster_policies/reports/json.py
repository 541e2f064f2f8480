"""Findings as JSON, waived and exempt ones included."""

import json
from typing import Any

from gpu_cluster_policies.not_judged import Unseen
from gpu_cluster_policies.reports.evaluation import Evaluation, Shown
from gpu_cluster_policies.rule import NotEvaluated
from gpu_cluster_policies.waivers import Waiver


def json_text(judged: Evaluation) -> str:
    """An object with `stack`, `summary`, `findings`, `staleWaivers` and `notJudged`.

    `stack` is `manifests` for files without a stack. The summary's `notJudged` counts those
    without a waiver.
    """
    content = {
        "stack": judged.name,
        "summary": {
            "stopping": judged.stopping,
            "advising": judged.advising,
            "waived": len(judged.waived),
            "exempt": len(judged.exempt),
            "notJudged": len(judged.not_judged),
            "rules": len(judged.pack.rules),
            "resources": len(judged.resources),
        },
        "findings": [_finding(shown) for shown in (*judged.findings, *judged.waived, *judged.exempt)],
        "staleWaivers": [
            {"file": it.file, "line": it.line, "key": it.key, "message": it.message}
            for it in judged.report.stale
        ],
        "notJudged": list(map(unseen_content, (*judged.not_judged, *judged.not_judged_waived))),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def unseen_content(unseen: Unseen) -> dict[str, Any]:
    """Documents that were not judged, with file and reason."""
    return {
        "kind": unseen.kind,
        "resource": unseen.resource,
        "why": unseen.why,
        **unseen.place._asdict(),
        "waiver": _waiver(unseen.waiver),
    }


def _finding(shown: Shown) -> dict[str, Any]:
    finding, rule = shown.finding, shown.finding.rule
    return {
        "rule": rule.id,
        "title": rule.title,
        "level": str(rule.level),
        "stops": shown.stops,
        "evaluated": not isinstance(finding, NotEvaluated),
        "resource": finding.resource,
        "property": finding.path,
        "actual": finding.actual,
        "expected": finding.expected,
        **shown.place._asdict(),
        "why": rule.why,
        "references": list(rule.references),
        "fix": rule.fix,
        "waiver": _waiver(shown.waiver),
        "exemption": {"reason": shown.exemption.reason} if shown.exemption else None,
    }


def _waiver(waiver: Waiver | None) -> dict[str, str] | None:
    if waiver is None:
        return None
    return {"owner": waiver.owner, "reason": waiver.reason, "expires": str(waiver.expires)}
