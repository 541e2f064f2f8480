"""`gpu-cluster plan`: list every resource of a stack."""

import json
from typing import Annotated

import typer

from gpu_cluster.plan import Plan, planned
from gpu_cluster.stack import load_any
from gpu_cluster.stack.declared import declared
from gpu_cluster.stack.notes import notes_of
from gpu_cluster_tools.cli.project import Project, StackName
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.width import say
from gpu_cluster_tools.reports.plan_json import as_json
from gpu_cluster_tools.reports.plan_tree import tree
from gpu_cluster_tools.schedule import described, ready

Json = Annotated[bool, typer.Option("--json", help="Print JSON, with every input of every resource.")]
Against = Annotated[
    str | None,
    typer.Option(metavar="REVISION", help="Show changes since a git revision, such as main."),
]
Every = Annotated[bool, typer.Option("--every", help="Show each resource, without grouping similar ones.")]


def plan(
    stack: StackName = "local",
    *,
    against: Against = None,
    as_json_: Json = False,
    every: Every = False,
) -> None:
    """Resolve every resource of a stack, without network, credentials or cluster."""
    project = Project.here()
    if against is not None:
        from gpu_cluster_tools.cli.plan_changes import show_changes  # loads prices and rules

        show_changes(project, stack, against, as_json=as_json_)
        return
    with working(f"planning {stack}", quiet=as_json_):
        settings = load_any(project.stack_file(stack))
        found = planned(settings, stack)
    if as_json_:
        typer.echo(json.dumps(as_json(found), indent=2, sort_keys=True))
        return
    for line in tree(found.graph, every=every):
        say(line)
    say(f"\n{_summary(found)}")
    for each in declared(settings):
        say(str(each))
    for note in notes_of(settings):
        say(f"note: {note}")


def _summary(plan: Plan) -> str:
    """Number of resources and estimated time to ready."""
    made = plan.graph.made
    in_cluster = sum(it.type.startswith("kubernetes:") for it in made)
    schedule = ready(plan)
    where = f"{len(made) - in_cluster} on AWS and {in_cluster} in the cluster"
    lines = [
        f"{plan.name}: {len(made)} resources, {where}",
        f"  {len(plan.graph.resources)} including components and providers, as counted by the engine and by "
        "reviews",
        f"ready about {schedule.makespan:.0f} min after `pulumi up`; critical path:",
        *(f"  {line}" for line in described(schedule)),
    ]
    return "\n".join(lines)
