"""`gpu-cluster cost`: what a stack costs, before anything is created."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.columns import columns
from cli.project import Project, StackName
from cost import (
    Cost,
    CostDiff,
    assumption_rows,
    budget_rows,
    change_rows,
    cost_of,
    diff,
    document_of,
    part_rows,
    team_rows,
    usage_of,
)
from plan import plan_of
from review import Revision

AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON, each line of the bill too.")]
Against = Annotated[
    str | None, typer.Option(metavar="REVISION", help="Show what changed since a git revision, such as main.")
]
Assume = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=AMOUNT", help="Another amount than is assumed; may be given again."),
]


def cost(
    stack: StackName = "local",
    *,
    against: Against = None,
    assume: Assume = None,
    as_json: AsJson = False,
) -> None:
    """Show what a stack costs in an hour and in a month, at least and at most, without credentials."""
    project = Project.here()
    project.stack_file(stack)
    usage = usage_of(dict(_pair(given) for given in assume or []))
    now = _cost(project.folder, stack, usage)
    difference = _since(project.folder, against, stack, usage, now) if against else None
    if as_json:
        typer.echo(json.dumps(document_of(now, difference), indent=2))
    else:
        typer.echo("\n".join(_text(now, difference, against)))


def _cost(folder: Path, stack: str, usage: dict[str, float]) -> Cost:
    plan = plan_of(folder, stack)
    return cost_of(plan, day=datetime.now(UTC).date(), usage=usage)


def _since(folder: Path, revision: str, stack: str, usage: dict[str, float], now: Cost) -> CostDiff:
    """What was no stack yet cost nothing."""
    with Revision.before(folder, revision).folder() as then:
        exists = (then / "stacks" / f"Pulumi.{stack}.yaml").is_file()
        return diff(_cost(then, stack, usage) if exists else now.nothing(), now)


def _pair(given: str) -> tuple[str, str]:
    name, _, amount = given.partition("=")
    return name, amount


def _text(cost: Cost, difference: CostDiff | None, against: str | None) -> list[str]:
    if cost.region is None:
        return [f"{cost.stack}: nothing of it is in AWS; what your own servers cost is not known here"]
    lines = [
        f"{cost.stack} in {cost.region}, in US dollars before taxes and discounts",
        "",
        columns(part_rows(cost)),
    ]
    if cost.shares:
        lines += ["", columns(team_rows(cost))]
    if cost.budgets:
        lines += ["", columns(budget_rows(cost))]
    if difference:
        changed = columns(change_rows(difference)) if difference.changes else "  nothing costs more or less"
        lines += ["", f"since {against}, in a month at most", changed]
    assumed = "assumed for a month; change by --assume NAME=AMOUNT"
    return [*lines, "", assumed, columns(assumption_rows(cost))]
