"""Self-contained HTML report of a stack: topology, cost, findings, time to ready, free capacity."""

from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from gpu_cluster.catalog.today import today
from gpu_cluster.cost import Cost, cost_of, project_prices
from gpu_cluster.plan import Plan
from gpu_cluster.stack.declared import declared
from gpu_cluster.stack.notes import notes_of
from gpu_cluster_policies.evaluate import evaluate_plan, judge_of
from gpu_cluster_policies.reports.summary import summary_of
from gpu_cluster_tools.diagram.parts import backend_name
from gpu_cluster_tools.html_report.figures import (
    amounts,
    budget_bars,
    findings_by_rule,
    free_capacity,
    part_bars,
    team_bars,
    time_to_ready,
    timeline,
)
from gpu_cluster_tools.html_report.topology import topology_of
from gpu_cluster_tools.schedule import ready

_TEMPLATE = "report.html.jinja"


def html_report(plan: Plan, project: Path) -> str:
    """HTML without scripts, and without anything that a browser would fetch.

    `PriceFileError` and `PolicyFileError` where a file of the project is wrong.
    """
    cost = cost_of(plan, day=today(), prices=project_prices(judge_of(plan, project)))
    judged = evaluate_plan(plan, project)
    schedule = ready(plan)
    made = plan.graph.made
    return _template().render(
        name=plan.name,
        day=cost.day,
        topology=topology_of(plan.stack, plan.team, backend_name(plan.stack)),
        resources=len(made),
        in_cluster=sum(it.type.startswith("kubernetes:") for it in made),
        ready=time_to_ready(schedule),
        monthly=_monthly(cost),
        cost=cost,
        parts=part_bars(cost),
        teams=team_bars(cost),
        budgets=budget_bars(cost),
        free=free_capacity(cost),
        timeline=timeline(schedule),
        judged=judged,
        summary=summary_of(judged),
        rules=findings_by_rule(judged),
        declared=declared(plan.team or plan.stack),
        notes=list(notes_of(plan.team or plan.stack)),
    )


def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string((files("gpu_cluster_tools.html_report") / _TEMPLATE).read_text())


def _monthly(cost: Cost) -> str:
    if cost.region is None:
        return "not in AWS"
    return amounts(cost.monthly)
