"""Compliance reports: for auditors as Markdown, for programs as JSON."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gpu_cluster_policies.compliance import Assessed, Assessment, Evidence, Result
from gpu_cluster_policies.markup import code, table, text
from gpu_cluster_policies.not_judged import counted
from gpu_cluster_policies.reports.json import unseen_content
from gpu_cluster_policies.waivers import Waiver


def compliance_markdown(assessments: Sequence[Assessment]) -> str:
    """Each framework with its controls, their other evidence, and waived findings."""
    return "\n".join(line for assessment in assessments for line in _section(assessment))


def compliance_json(assessments: Sequence[Assessment]) -> str:
    """A list of frameworks with their controls."""
    return json.dumps(list(map(_content, assessments)), indent=2, ensure_ascii=False) + "\n"


def _section(assessment: Assessment) -> Iterator[str]:
    catalogue = assessment.catalogue
    yield f"# {text(assessment.stack)}: {text(catalogue.title)}\n"
    yield f"{text(catalogue.source)} ({catalogue.date}). {text(catalogue.scope)}".rstrip() + "\n"
    yield f"{_summary(assessment)}\n"
    yield from table(("control", "asks for", "result", "evidence"), map(_row, assessment.controls))
    yield ""
    if elsewhere := _elsewhere(assessment.controls):
        yield "## Requires other evidence\n"
        yield from (f"- {', '.join(map(code, ids))}: {text(words)}" for words, ids in elsewhere.items())
        yield ""
    if assessment.not_judged:
        yield "## Not judged\n"
        yield "Rules could not evaluate these resources completely. Each may violate any control.\n"
        rows = ((text(it.resource), code(str(it.place)), text(it.brief)) for it in assessment.not_judged)
        yield from table(("resource", "place", "why"), rows)
        yield ""
    if assessment.declared:
        yield "## Declared in the stack file\n"
        yield "These facts are from the stack file, not from the catalog.\n"
        rows = ((code(it.key), text(it.words)) for it in assessment.declared)
        yield from table(("key", "declares"), rows)
        yield ""
    if assessment.waivers:
        yield "## Waived\n"
        yield from table(
            ("rule", "resource", "owner", "until", "reason"), map(_waiver_row, assessment.waivers)
        )
        yield ""
    if assessment.exempt:
        yield "## Exempt\n"
        rows = ((code(it.rule), text(it.resource), text(it.reason)) for it in assessment.exempt)
        yield from table(("rule", "resource", "reason"), rows)
        yield ""


def _elsewhere(controls: Iterable[Assessed]) -> dict[str, list[str]]:
    """Evidence that no rule gives, with the controls that it is for."""
    shown: defaultdict[str, list[str]] = defaultdict(list)
    for it in controls:
        if it.control.elsewhere:
            shown[it.control.elsewhere].append(it.control.id)
    return shown


def _summary(assessment: Assessment) -> str:
    """`52 controls: 28 held, 2 waived, 22 no rule covers it.`"""
    counts = assessment.counts
    parts = ", ".join(f"{counts[result]} {_WORDS[result]}" for result in Result if counts[result])
    unseen = counted(it.kind for it in assessment.not_judged)
    return f"{len(assessment.controls)} controls: {parts}." + (f" Not judged: {unseen}." if unseen else "")


_WORDS = {
    Result.BROKEN: "broken",
    Result.NOT_EVALUATED: "not evaluated",
    Result.WAIVED: "pass with a waiver",
    Result.EXEMPT: "pass except for exempt platform objects",
    Result.HELD: "held",
    Result.NOTHING: "not applicable to this stack",
    Result.UNCOVERED: "not covered by a rule",
}


def _row(assessed: Assessed) -> tuple[str, str, str, str]:
    control = assessed.control
    evidence = "<br>".join(map(_evidence, assessed.evidence))
    partly = ", in part" if assessed.evidence and control.elsewhere else ""
    return code(control.id), text(control.title), f"{assessed.result}{partly}", evidence


def _evidence(evidence: Evidence) -> str:
    """`49-not-privileged` held by 12"""
    rule = code(evidence.rule.id)
    match evidence.result:
        case Result.BROKEN | Result.NOT_EVALUATED:
            found = "finding" if evidence.findings == 1 else "findings"
            looked = f"{evidence.subjects} looked at"
            return f"{rule} {evidence.result}: {evidence.findings} {found}, {looked}"
        case Result.NOTHING:
            return f"{rule} not applicable"
        case _:
            return f"{rule} {evidence.result}, {evidence.subjects} looked at"


def _waiver_row(waiver: Waiver) -> tuple[str, ...]:
    return (
        code(waiver.rule),
        text(waiver.resource),
        text(waiver.owner),
        str(waiver.expires),
        text(waiver.reason),
    )


def _content(assessment: Assessment) -> dict[str, Any]:
    catalogue = assessment.catalogue
    return {
        "stack": assessment.stack,
        "framework": str(assessment.framework),
        "title": catalogue.title,
        "source": catalogue.source,
        "date": catalogue.date,
        "scope": catalogue.scope,
        "summary": {str(result): count for result, count in assessment.counts.items()},
        "notJudged": list(map(unseen_content, assessment.not_judged)),
        "declared": [{"key": it.key, "words": it.words} for it in assessment.declared],
        "controls": [
            {
                "id": it.control.id,
                "title": it.control.title,
                "result": str(it.result),
                "elsewhere": it.control.elsewhere,
                "evidence": list(map(_evidence_content, it.evidence)),
            }
            for it in assessment.controls
        ],
    }


def _evidence_content(evidence: Evidence) -> dict[str, Any]:
    return {
        "rule": evidence.rule.id,
        "result": str(evidence.result),
        "subjects": evidence.subjects,
        "findings": evidence.findings,
        "waivers": [
            {"resource": it.resource, "owner": it.owner, "reason": it.reason, "expires": str(it.expires)}
            for it in evidence.waivers
        ],
        "exempt": [{"resource": it.resource, "reason": it.reason} for it in evidence.exempt],
    }
