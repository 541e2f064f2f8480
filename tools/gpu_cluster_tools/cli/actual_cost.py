"""`gpu-cluster cost --actual`: cost of a running platform by usage."""

import json
from datetime import UTC, datetime
from pathlib import Path

import typer

from gpu_cluster.capacity import pools_of
from gpu_cluster.catalog.today import today
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.cost import ActualCost, actual_document, actual_of, project_prices
from gpu_cluster.plan import plan_of
from gpu_cluster_policies.evaluate import judge_of
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.table import table
from gpu_cluster_tools.doctor.api_server import ApiServer
from gpu_cluster_tools.reports.actual_tables import gap_lines, holder_rows, node_rows
from gpu_cluster_tools.usage import (
    PeriodError,
    Prometheus,
    period_of,
    prometheus_at,
    prometheus_of,
    usage_in,
)

WEEK = "7d"


def actual_cost(folder: Path, name: str, since: str, until: str | None, url: str | None) -> ActualCost:
    """Usage of a period, priced as the plan is. `NoUsageError` where it cannot be read."""
    project = RunningProject(folder)
    stack = project.any_stack(name)
    if isinstance(stack, TeamStack):
        environment = stack.file.team.environment
        hint = f"usage is that of the environment, with a line for each team: gpu-cluster cost {environment}"
        raise typer.BadParameter(hint, param_hint="--actual")
    try:
        period = period_of(since, until, datetime.now(UTC))
    except PeriodError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from None
    prometheus = (
        _at(url) if url else prometheus_of(stack, lambda: ApiServer(*project.kubeconfig(name, stack)))
    )
    plan = plan_of(folder, name)
    prices = project_prices(judge_of(plan, folder))
    selectors = {pool.name: pool.selector for pool in pools_of(stack).values()}
    return actual_of(plan, usage_in(period, prometheus, selectors), day=today(), prices=prices)


def _at(url: str) -> Prometheus:
    try:
        return prometheus_at(url)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--prometheus") from None


def show_actual(
    folder: Path, name: str, *, since: str | None, until: str | None, url: str | None, as_json: bool
) -> bool:
    """Print the cost; True if it is complete."""
    with working(f"reading the usage of {name}", quiet=as_json):
        actual = actual_cost(folder, name, since or WEEK, until, url)
    typer.echo(json.dumps(actual_document(actual), indent=2) if as_json else text(actual))
    return actual.complete


def text(actual: ActualCost) -> str:
    """Text tables of nodes and holders of GPUs, then missing prices and samples."""
    usage = actual.usage
    where = f"{actual.stack} in {actual.region}" if actual.region else actual.stack
    when = f"from {usage.start:%Y-%m-%d %H:%M} to {usage.end:%Y-%m-%d %H:%M} UTC"
    head = f"{where} {when}\n{_prices(actual)}\n{_measured(actual)}"
    tables = [table(rows) for rows in (node_rows(actual), holder_rows(actual)) if len(rows) > 2]
    return "\n\n".join([head, *tables, *_incomplete(actual), *_remarks(actual)])


def _prices(actual: ActualCost) -> str:
    if actual.region is None:
        return "no AWS resources: hours only, because the cost of your own servers is not known"
    return (
        f"in US dollars before taxes and discounts, at prices of {actual.day}; planned for the measured hours"
    )


def _measured(actual: ActualCost) -> str:
    usage = actual.usage
    percent = f"{float(usage.coverage) * 100:.1f} %"
    hours = f"{float(usage.covered_hours):,.1f} of {float(usage.hours):,.1f} hours"
    return (
        f"measured: {hours}, {percent}"
        + ("; no samples in" if usage.gaps else "")
        + "".join(f"\n  {line}" for line in gap_lines(actual))
    )


def _incomplete(actual: ActualCost) -> list[str]:
    if actual.complete:
        return []
    causes = [*map(str, actual.missing), *actual.uncertain]
    return [f"incomplete\n{table([(cause,) for cause in causes])}"]


def _remarks(actual: ActualCost) -> list[str]:
    return [f"assumed\n{table([(it,) for it in actual.remarks])}"] if actual.remarks else []
