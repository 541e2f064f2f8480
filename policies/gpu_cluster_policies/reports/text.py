"""Text report, grouped by rule."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from gpu_cluster_policies.not_judged import Unseen, counted
from gpu_cluster_policies.reports.evaluation import Evaluation, Shown
from gpu_cluster_policies.reports.summary import summary_of
from gpu_cluster_policies.rule import Rule
from gpu_cluster_policies.source_location import SourceLocation
from gpu_cluster_policies.stack_edits import stack_edit, valid_stack_edit


def plain_text(judged: Evaluation) -> str:
    """Each rule that is broken, with where, why and how to fix it; one line for all of it at the end."""
    parts = [
        "\n".join(_rule(rule, list(shown), judged.project))
        for rule, shown in groupby(judged.findings, lambda it: it.finding.rule)
    ]
    parts += ["\n".join(map(str, judged.report.stale))] if judged.report.stale else []
    parts += ["\n".join(_not_judged("not judged", judged.not_judged))] if judged.not_judged else []
    if judged.not_judged_waived:
        parts.append("\n".join(_not_judged("not judged, waived", judged.not_judged_waived)))
    return "\n\n".join([*parts, summary_of(judged)]) + "\n"


def brief_text(judged: Evaluation) -> str:
    """One line per rule: level, number of findings and title; then the summary."""
    found = [(rule, list(shown)) for rule, shown in groupby(judged.findings, lambda it: it.finding.rule)]
    width = max((len(rule.id) for rule, _ in found), default=0)
    lines = [
        f"{'stops' if shown[0].stops else 'advises':7} {rule.id:{width}} {len(shown):4}  {rule.title}"
        for rule, shown in found
    ]
    stale = [f"stops   {problem}" for problem in judged.report.stale]
    unseen = [f"not judged: {counted(it.kind for it in judged.not_judged)}"] if judged.not_judged else []
    return "\n".join([*lines, *stale, *unseen, summary_of(judged)]) + "\n"


def _not_judged(title: str, unseen: tuple[Unseen, ...]) -> Iterator[str]:
    yield f"{title}: {counted(it.kind for it in unseen)}"
    for it in unseen:
        yield f"  {it.place}"
        yield f"    {it.resource}: {it.why}"
        if it.waiver:
            yield f"    {it.waiver.brief}"


def _rule(rule: Rule, found: list[Shown], project: Path | None) -> Iterator[str]:
    count = f" ({len(found)} findings)" if len(found) > 1 else ""
    yield f"{rule.id} {'stops' if found[0].stops else 'advises'}: {rule.title}{count}"
    for shown in found:
        yield f"  {shown.place}"
        yield f"    {shown.finding.brief}"
    yield f"  why: {rule.why} ({'; '.join(rule.references)})"
    yield f"  fix: {rule.fix}"
    if project is None:
        return
    places: dict[str, SourceLocation] = {}
    for shown in found:
        places.setdefault("\n".join(stack_edit(rule, shown.place)), shown.place)
    for place in places.values():
        if edit := valid_stack_edit(rule, place, project):  # reads the stack file
            yield f"  in {place.file}, below config:"
            yield from (f"    {line}" for line in edit)
