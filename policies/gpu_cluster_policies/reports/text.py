"""For people: grouped by rule, the same on a terminal, without colour and in a pipe."""

from collections.abc import Iterator
from itertools import groupby

from gpu_cluster_policies.not_judged import Unseen, counted
from gpu_cluster_policies.reports.judged import Judged, Shown
from gpu_cluster_policies.rule import Rule


def plain_text(judged: Judged) -> str:
    """Each rule that is broken, with where, why and how to fix it; one line for all of it at the end."""
    parts = [
        "\n".join(_rule(rule, list(shown)))
        for rule, shown in groupby(judged.findings, lambda it: it.finding.rule)
    ]
    parts += ["\n".join(map(str, judged.report.stale))] if judged.report.stale else []
    parts += ["\n".join(_not_judged(judged.not_judged))] if judged.not_judged else []
    return "\n\n".join([*parts, judged.summary]) + "\n"


def _not_judged(unseen: tuple[Unseen, ...]) -> Iterator[str]:
    yield f"not judged: {counted(it.kind for it in unseen)}"
    for it in unseen:
        yield f"  {it.place}"
        yield f"    {it.resource}: {it.why}"


def _rule(rule: Rule, found: list[Shown]) -> Iterator[str]:
    yield f"{rule.id} {'stops' if found[0].stops else 'advises'}: {rule.title}"
    for shown in found:
        yield f"  {shown.place}"
        yield f"    {shown.finding.brief}"
    yield f"  why: {rule.why} ({'; '.join(rule.references)})"
    yield f"  fix: {rule.fix}"
