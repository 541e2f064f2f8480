"""Comment on a pull request: a line for each stack, with the reasons."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from gpu_cluster_policies.markup import LIMIT, block, code, table, text
from gpu_cluster_tools.review.changes import Action, ResourceChange
from gpu_cluster_tools.review.details import Details, Part, fitted
from gpu_cluster_tools.review.review import (
    CostChange,
    CostLine,
    DurationChange,
    Review,
    ReviewFinding,
    Spending,
    Verdict,
)

MARKER = "<!-- gpu-cluster: review -->"
"""First line of the comment, by which it is found and edited."""

_SIGNS = {Verdict.FINE: "✅", Verdict.ATTENTION: "⚠️", Verdict.BLOCKED: "⛔"}
_ORDER = (Action.REPLACE, Action.DELETE, Action.UPDATE, Action.CREATE)
_MARKS = {Action.CREATE: "+", Action.DELETE: "-", Action.REPLACE: "!", Action.UPDATE: " "}
"""Line prefixes that GitHub colours in a `diff` block."""

_NO_GATE = (
    "**Not checked**: data loss in the engine's preview, because a fork has no credentials. Before "
    "merging, run <code>make gate STACK=…</code>.\n"
)
_REASONS = 6  # of one stack, that are shown without unfolding
_BRIEF = 100  # characters of the one reason at the top
_FOUND = 12  # breaches of one rule
_EDITS = 12  # of one resource


def comment(reviews: Sequence[Review], *, from_fork: bool = False) -> str:
    """Markdown for GitHub, within its limit."""
    parts: list[Part] = [MARKER, f"### gpu-cluster: {_headline(reviews)}\n"]
    if reviews:
        parts.append("\n".join([*_overview(reviews), ""]))
    if reviews and from_fork:
        parts.append(_NO_GATE)
    for review in reviews:
        if not review.nothing_new:
            parts += _stack(review)
    parts.append("<sub>On your machine: <code>gpu-cluster review --against main</code></sub>\n")
    return fitted(parts, LIMIT)


def _headline(reviews: Sequence[Review]) -> str:
    if not reviews:
        return "no stack is affected"
    counts = Counter(review.verdict for review in reviews)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in reversed(Verdict) if counts[verdict])


def _overview(reviews: Sequence[Review]) -> list[str]:
    """The verdict on each stack, in one line."""
    rows = [
        (
            code(review.stack),
            f"{_SIGNS[review.verdict]} {review.verdict}",
            text(_brief(review.reasons[0].words)) if review.reasons else "",
            counted(review.changes) if not review.problems else "",
            _monthly(review.cost) if review.cost else "",
            _ready(review.time) if review.time else "",
        )
        for review in reviews
    ]
    return table(("stack", "verdict", "because", "plan", "a month, at most", "ready after"), rows)


def _brief(words: str) -> str:
    return words if len(words) <= _BRIEF else f"{words[: _BRIEF - 1]}…"


def _stack(review: Review) -> Iterator[Part]:
    lines = [f"#### {code(review.stack)}: {review.verdict}", ""]
    lines += [f"- {'**blocks**: ' if it.blocks else ''}{text(it.words)}" for it in review.reasons[:_REASONS]]
    if len(review.reasons) > _REASONS:
        lines.append(f"- and {len(review.reasons) - _REASONS} more, below")
    lines += [f"- not computed: {text(words)}" for words in review.missing]
    yield "\n".join([*lines, ""])
    if review.problems:
        yield _block("Stack file", review.problems)
    if review.changes:
        shown = sorted(review.changes, key=lambda it: (_ORDER.index(it.action), it.resource))
        yield _block(f"Plan: {counted(review.changes)}", change_lines(shown), "diff")
    if review.found or review.fixed or review.waived:
        yield Details(_findings_summary(review), (), tuple(_findings(review)))
    if review.cost:
        yield _cost(review.cost)
    if review.time:
        yield _time(review.time)


def _block(summary: str, lines: Iterable[str], language: str = "") -> Details:
    fence, *inside, end = block(lines, language)
    return Details(summary, (fence,), tuple(inside), (end,))


def counted(changes: Sequence[ResourceChange]) -> str:
    """`2 replace, 14 create`"""
    counts = Counter(change.action for change in changes)
    return ", ".join(f"{counts[action]} {action}" for action in _ORDER if counts[action]) or "no change"


def change_lines(changes: Iterable[ResourceChange]) -> Iterator[str]:
    """Each change with its edits, each line with the mark of a diff."""
    for change in changes:
        mark = _MARKS[change.action]
        because = f", for {', '.join(change.forced_by)}" if change.forced_by else ""
        kept = ", which is kept" if change.retained else ""
        yield f"{mark} {change.action} {change.resource}{because}{kept}"
        if change.rollout:
            yield f"{mark}     {change.rollout}"
        for edit in change.edits[:_EDITS]:
            yield f"{mark}     {edit.path}: {edit.before} -> {edit.after}"
        if len(change.edits) > _EDITS:
            yield f"{mark}     and {len(change.edits) - _EDITS} more"


def _findings_summary(review: Review) -> str:
    new = sum(each.new for each in review.found)
    counts = {"new": new, "as before": len(review.found) - new, "fixed": len(review.fixed)}
    shown = [f"{count} {word}" for word, count in counts.items() if count]
    return f"Policies: {', '.join([*shown, f'{review.waived} waived'] if review.waived else shown)}"


def _findings(review: Review) -> Iterator[str]:
    """Findings by rule, blocking ones first: locations, the reason of the rule and the fix."""
    rules: dict[str, list[ReviewFinding]] = {}
    for found in sorted(review.found, key=lambda it: (not it.stops, not it.new)):
        rules.setdefault(found.rule, []).append(found)
    for several in rules.values():
        yield from _rule(several)
    yield from (f"- fixed: {text(words)}" for words in review.fixed)


def _rule(found: Sequence[ReviewFinding]) -> Iterator[str]:
    first = found[0]
    yield f"- {code(first.rule)} {'stops' if first.stops else 'advises'}"
    for each in found[:_FOUND]:
        yield f"  - {'new: ' if each.new else ''}{text(each.what)}<br>where: {code(each.where)}"
    if len(found) > _FOUND:
        yield f"  - and {len(found) - _FOUND} more"
    yield f"  - why: {text(first.why)}"
    yield f"  - fix: {text(first.fix)}"


def _cost(cost: CostChange) -> Details:
    rows = map(_cost_row, (CostLine("all", cost.before, cost.after), *cost.lines))
    head, rule, *lines = table(
        ("US dollars a month", "before", "after", "more, at most"), rows, numbers=(1, 2, 3)
    )
    told = ["", "*From minimum to maximum, under load. Both revisions at today's prices.*"]
    if cost.missing:
        told += ["", "Incomplete, so each total is a lower bound:"]
        told += [f"- {text(words)}" for words in cost.missing]
    end = "" if cost.missing else " at most"
    return Details(f"Cost: {_monthly(cost)} a month{end}", (head, rule), tuple(lines), tuple(told))


def _cost_row(line: CostLine) -> tuple[str, str, str, str]:
    more = (line.after.most if line.after else 0) - (line.before.most if line.before else 0)
    return text(line.what), _spending(line.before), _spending(line.after), f"{more:+,.0f}"


def _spending(spending: Spending | None) -> str:
    if spending is None:
        return ""
    least, most = f"{spending.least:,.0f}", f"{spending.most:,.0f}"
    return most if least == most else f"{least} to {most}"


def _monthly(cost: CostChange) -> str:
    """`$12,300 (+$400)`, of the most; `at least $12,300` if some prices are missing."""
    after = f"{'at least ' if cost.missing else ''}${cost.after.most:,.0f}"
    more = round(cost.after.most - cost.before.most) if cost.before else 0
    return f"{after} ({'+' if more > 0 else '-'}${abs(more):,})" if more else after


def _time(time: DurationChange) -> Details:
    lines = [f"{minutes:6.1f} min  {name}" for name, minutes in time.path]
    return _block(f"Time: from create to ready in {_ready(time)}", lines)


def _ready(time: DurationChange) -> str:
    """`31 min (+4)`"""
    more = round(time.after) - round(time.before) if time.before is not None else 0
    return f"{time.after:.0f} min ({more:+})" if more else f"{time.after:.0f} min"
