"""`gpu-cluster cost`: estimate the cost of a stack, or report its cost by usage."""

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
from gpu_cluster_tools.cli.project import Project, StackName
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.table import table
from gpu_cluster_tools.reports.cost_tables import (
    assumption_rows,
    budget_rows,
    change_rows,
    granted_gpus,
    markdown,
    missing_rows,
    part_rows,
    team_rows,
    use_rows,
)
from gpu_cluster_tools.review.plans import Outdated
from gpu_cluster_tools.review.revision import RevisionError
from gpu_cluster_tools.review.stack_reviews import comparison_of

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with every line item.")]
Against = Annotated[
    str | None, typer.Option(metavar="REVISION", help="Show changes since a git revision, such as main.")
]
Assume = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=AMOUNT", help="Override a usage assumption. Repeatable."),
]

AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a pull request.")]

Actual = Annotated[
    bool, typer.Option("--actual", help="Report the cost of a running stack by usage, next to the plan.")
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="Start of the period of --actual: 7d, 12h, or 2026-11-01. Default: 7d."
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
        help="URL of the Prometheus of the stack for --actual, instead of its pod.",
    ),
]

INCOMPLETE = 3
"""Exit code of a total without some prices, or of a period without some samples."""


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
    """Estimate the minimum and maximum cost of a stack per hour and per month, without credentials.

    With --actual, report the cost of nodes that ran, and of GPUs that teams and models used, from the metrics
    in Prometheus. Exit codes: 0 every resource has a price, 1 no answer from Prometheus, 2 invalid command
    line or stack file, 3 the total is incomplete: resources without a price or samples are listed and not
    included.
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
        then = _then(project.folder, stack, against) if against is not None else None
    now = priced(plan)
    difference = diff(priced(then) if then else now.nothing(), now) if against is not None else None
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
        if given not in (None, False):
            raise typer.BadParameter("not allowed with --actual", param_hint=f"--{name}")


def _only_with_actual(**options: object) -> None:
    for name, given in options.items():
        if given is not None:
            raise typer.BadParameter("requires --actual", param_hint=f"--{name}")


def _then(folder: Path, stack: str, against: str) -> Plan | None:
    """Plan at the revision; None (cost 0) if the stack did not exist or its file was invalid."""
    with comparison_of(folder, against) as both:
        then = both.plans_before([stack])[stack]
    if isinstance(then, Outdated):
        raise RevisionError(
            f"no cost of {stack} at {against}: this version cannot read its stack file of that revision"
        )
    return then if isinstance(then, Plan) else None


def _pair(given: str) -> tuple[str, str]:
    name, _, amount = given.partition("=")
    return name, amount


def text(cost: Cost, difference: CostDiff | None = None, *, since: str = "") -> str:
    """Text tables of parts, pools, teams, budgets, changes and assumptions."""
    if cost.region is None:
        head = f"{cost.stack}: no AWS resources; the cost of the cluster's nodes is not included"
        return "\n\n".join([head, *_tables(use_rows(cost)), *_granted(cost)])
    head = f"{cost.stack} in {cost.region}, in US dollars before taxes and discounts"
    tables = [*_tables(part_rows(cost), use_rows(cost)), *_granted(cost)]
    tables += _tables(team_rows(cost), budget_rows(cost))
    changed = [f"change since {since}, in the monthly maximum\n{_changes(difference)}"] if difference else []
    return "\n\n".join([head, *tables, *changed, *_incomplete(cost), *_assumed(cost)])


def _granted(cost: Cost) -> list[str]:
    sentence = granted_gpus(cost)
    return [sentence] if sentence else []


def _assumed(cost: Cost) -> list[str]:
    rows = assumption_rows(cost)
    return [f"assumptions per month; override with --assume NAME=AMOUNT\n{table(rows)}"] if rows else []


def _incomplete(cost: Cost) -> list[str]:
    if cost.complete:
        return []
    head = "incomplete: these resources have no price and are not in the total"
    return [f"{head}\n{table(missing_rows(cost.missing))}"]


def _tables(*tables: Sequence[Sequence[str]]) -> list[str]:
    """Tables that have at least one row below their header."""
    return [table(rows) for rows in tables if len(rows) > 1]


def _changes(difference: CostDiff) -> str:
    return table(change_rows(difference)) if difference.changes else "  no change in cost"
