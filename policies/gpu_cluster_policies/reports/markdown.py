"""Markdown report for a pull request: blocking findings first, with reason and fix collapsed per rule."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from gpu_cluster_policies.markup import LIMIT, code, table, text
from gpu_cluster_policies.not_judged import Unseen, counted
from gpu_cluster_policies.reports.evaluation import Evaluation, Shown
from gpu_cluster_policies.reports.summary import summary_of
from gpu_cluster_policies.rule import Rule
from gpu_cluster_policies.waivers import Waiver

_SIGNS = {True: "⛔", False: "⚠️"}
_TERMS = ("owner", "until", "reason")
_TOLD = 200  # characters to say what was left out


def markdown_text(judged: Evaluation) -> str:
    """Size limit of a GitHub comment; blocking findings come first, and omitted ones are counted."""
    parts = [f"### Policies: {text(summary_of(judged))}\n"]
    if judged.report.stale:
        parts.append(
            "\n".join(f"- {_SIGNS[True]} {text(str(problem))}" for problem in judged.report.stale) + "\n"
        )
    for rule, shown in groupby(judged.findings, lambda it: it.finding.rule):
        parts.append("\n".join(_rule(rule, list(shown))))
    if judged.not_judged:
        parts.append("\n".join(_not_judged(judged.not_judged)))
    if judged.not_judged_waived:
        parts.append("\n".join(_not_judged_waived(judged.not_judged_waived)))
    if judged.waived:
        parts.append("\n".join(_waived(judged.waived)))
    if judged.exempt:
        parts.append("\n".join(_exempt(judged.exempt)))
    return "\n".join(_fitting(parts)) + "\n"


def _fitting(parts: list[str]) -> Iterator[str]:
    room = LIMIT - _TOLD
    for index, part in enumerate(parts):
        room -= len(part) + 1
        if room < 0:
            yield f"*{len(parts) - index} more are not shown; run `gpu-cluster check` for all.*"
            return
        yield part


def _rule(rule: Rule, found: list[Shown]) -> Iterator[str]:
    count = f" ({len(found)})" if len(found) > 1 else ""
    yield f"<details><summary>{_SIGNS[found[0].stops]} {code(rule.id)} {text(rule.title)}{count}</summary>"
    yield ""
    for shown in found:
        yield f"- {code(str(shown.place))}<br>{text(shown.finding.brief)}"
    yield ""
    yield f"**Why**: {text(rule.why)} *{text('; '.join(rule.references))}*"
    yield ""
    yield f"**Fix**: {text(rule.fix)}"
    yield ""
    yield "</details>"


def _not_judged(unseen: tuple[Unseen, ...]) -> Iterator[str]:
    rows = ((text(it.resource), code(str(it.place)), text(it.why)) for it in unseen)
    summary = f"❔ not judged: {text(counted(it.kind for it in unseen))}"
    yield from _folded(summary, ("resource", "place", "why"), rows)


def _not_judged_waived(unseen: tuple[Unseen, ...]) -> Iterator[str]:
    rows = ((text(it.resource), text(it.why), *_terms(it.waiver)) for it in unseen if it.waiver)
    summary = f"not judged, waived: {text(counted(it.kind for it in unseen))}"
    yield from _folded(summary, ("resource", "why", *_TERMS), rows)


def _waived(waived: tuple[Shown, ...]) -> Iterator[str]:
    rows = dict.fromkeys(
        (code(it.finding.rule.id), text(it.finding.resource), *_terms(it.waiver))
        for it in waived
        if it.waiver
    )
    yield from _folded(f"{len(waived)} waived", ("rule", "resource", *_TERMS), rows)


def _exempt(exempt: tuple[Shown, ...]) -> Iterator[str]:
    rows = dict.fromkeys(
        (code(it.finding.rule.id), text(it.finding.resource), text(it.exemption.reason))
        for it in exempt
        if it.exemption
    )
    yield from _folded(f"{len(exempt)} exempt", ("rule", "resource", "reason"), rows)


def _terms(waiver: Waiver) -> tuple[str, str, str]:
    """Cells of a waiver for the columns `_TERMS`."""
    return text(waiver.owner), str(waiver.expires), text(waiver.reason)


def _folded(summary: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table that is folded under a line."""
    yield f"<details><summary>{summary}</summary>"
    yield ""
    yield from table(head, rows)
    yield ""
    yield "</details>"
