"""`gpu-cluster cost`: what a stack costs before anything is created, and what it has cost."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gpu_cluster.catalog.today import today
from gpu_cluster.cost import Cost, CostDiff, cost_of, diff, document_of, project_prices, usage_of
from gpu_cluster.plan import Plan, plan_of
from gpu_cluster_policies.evaluate import judge_of
from gpu_cluster_tools.cli.progress import working
from gpu_cluster_tools.cli.project import Project, StackName
from gpu_cluster_tools.cli.table import table
from gpu_cluster_tools.reports.cost_tables import (
    assumption_rows,
    budget_rows,
    change_rows,
    markdown,
    missing_rows,
    part_rows,
    team_rows,
    use_rows,
)
from gpu_cluster_tools.review.plans import Outdated
from gpu_cluster_tools.review.revision import RevisionError
from gpu_cluster_tools.review.stacks import comparison_of

AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON, each line of the bill too.")]
Against = Annotated[
    str | None, typer.Option(metavar="REVISION", help="Show what changed since a git revision, such as main.")
]
Assume = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=AMOUNT", help="Another amount than is assumed; may be given again."),
]

AsMarkdown = Annotated[
    bool, typer.Option("--markdown", help="Print the table as Markdown, for a pull request.")
]

Actual = Annotated[
    bool, typer.Option("--actual", help="Show what a running stack has cost, by usage, beside the plan.")
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="Begin of the period of --actual: 7d, 12h, or 2026-11-01. Default: 7d."
    ),
]
Until = Annotated[
    str | None, typer.Option(metavar="TIME", help="End of the period of --actual. Default: now.")
]
Address = Annotated[
    str | None,
    typer.Option(
        "--prometheus",
        metavar="URL",
        help="Ask this Prometheus of the stack, instead of its pod, for --actual.",
    ),
]

INCOMPLETE = 3
"""Exit code of a total that lacks prices, or of a period that lacks samples."""


def cost(
    stack: StackName = "local",
    *,
    against: Against = None,
    assume: Assume = None,
    as_json: AsJson = False,
    as_markdown: AsMarkdown = False,
    actual: Actual = False,
    since: Since = None,
    until: Until = None,
    prometheus: Address = None,
) -> None:
    """Show what a stack costs in an hour and in a month, at least and at most, without credentials.

    With --actual: nodes that ran and GPUs that teams and models held, as Prometheus of the running stack has
    them. Exit codes: 0 everything has a price, 1 Prometheus does not answer, 2 the stack file or the command
    is wrong, 3 the total is incomplete: something has no price, or was not measured, is named, and costs more
    than what is shown.
    """
    project = Project.here()
    project.stack_file(stack)
    if actual:
        from gpu_cluster_tools.cli.actual_cost import show_actual  # loads what reaches clusters

        _only_with_plan(against=against, assume=assume, markdown=as_markdown)
        if not show_actual(project.folder, stack, since=since, until=until, url=prometheus, as_json=as_json):
            raise typer.Exit(INCOMPLETE)
        return
    _only_with_actual(since=since, until=until, prometheus=prometheus)
    usage = usage_of(dict(_pair(given) for given in assume or []))
    with working(f"planning {stack}", quiet=as_json):
        plan = plan_of(project.folder, stack)
    prices = project_prices(judge_of(plan, project.folder))
    priced = partial(cost_of, day=today(), usage=usage, prices=prices)
    with working(f"planning {stack} at {against}", quiet=as_json):
        then = _then(project.folder, stack, against) if against else None
    now = priced(plan)
    difference = diff(priced(then) if then else now.nothing(), now) if against else None
    if as_json:
        typer.echo(json.dumps(document_of(now, difference), indent=2))
    elif as_markdown:
        typer.echo(markdown(now, difference), nl=False)
    else:
        typer.echo(text(now, difference, since=against or ""))
    if not now.complete:
        raise typer.Exit(INCOMPLETE)


def _only_with_plan(**options: object) -> None:
    for name, given in options.items():
        if given:
            raise typer.BadParameter("it is for planned costs, without --actual", param_hint=f"--{name}")


def _only_with_actual(**options: object) -> None:
    for name, given in options.items():
        if given:
            raise typer.BadParameter("it is for measured costs, with --actual", param_hint=f"--{name}")


def _then(folder: Path, stack: str, against: str) -> Plan | None:
    """The earlier cost; none, and 0, where there was no stack yet or a wrong one."""
    with comparison_of(folder, against) as both:
        then = both.plans_before([stack])[stack]
    if isinstance(then, Outdated):
        raise RevisionError(f"what {stack} cost at {against} is not known: its stack file is read no more")
    return then if isinstance(then, Plan) else None


def _pair(given: str) -> tuple[str, str]:
    name, _, amount = given.partition("=")
    return name, amount


def text(cost: Cost, difference: CostDiff | None = None, *, since: str = "") -> str:
    """For people: tables of parts, pools, teams and budgets, of what changed, and of what is assumed."""
    if cost.region is None:
        head = f"{cost.stack}: nothing of it is in AWS; what your own servers cost is not known here"
        return "\n\n".join([head, *_tables(use_rows(cost))])
    head = f"{cost.stack} in {cost.region}, in US dollars before taxes and discounts"
    tables = _tables(part_rows(cost), use_rows(cost), team_rows(cost), budget_rows(cost))
    changed = [f"since {since}, in a month at most\n{_changes(difference)}"] if difference else []
    return "\n\n".join([head, *tables, *changed, *_incomplete(cost), *_assumed(cost)])


def _assumed(cost: Cost) -> list[str]:
    rows = assumption_rows(cost)
    return [f"assumed for a month; change by --assume NAME=AMOUNT\n{table(rows)}"] if rows else []


def _incomplete(cost: Cost) -> list[str]:
    if cost.complete:
        return []
    head = "incomplete: these have no price, and the total is at least what is shown"
    return [f"{head}\n{table(missing_rows(cost.missing))}"]


def _tables(*tables: Sequence[Sequence[str]]) -> list[str]:
    """Tables with a row below their head."""
    return [table(rows) for rows in tables if len(rows) > 1]


def _changes(difference: CostDiff) -> str:
    return table(change_rows(difference)) if difference.changes else "  nothing costs more or less"
