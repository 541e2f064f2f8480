"""`gpu-cluster plan`: every resource that a stack would have."""

import json
from typing import Annotated

import typer

from cli.project import Project, StackName
from plan import Plan, as_json, plan_of, ready, tree
from plan.clock import described

Json = Annotated[bool, typer.Option("--json", help="Print every input of every resource as JSON.")]
Every = Annotated[bool, typer.Option("--every", help="Show each resource by itself, however many are alike.")]


def plan(stack: StackName = "local", *, as_json_: Json = False, every: Every = False) -> None:
    """Resolve every resource of a stack, without network, credentials or cluster."""
    project = Project.here()
    project.stack_file(stack)
    found = plan_of(project.folder, stack)
    if as_json_:
        typer.echo(json.dumps(as_json(found), indent=2, sort_keys=True))
        return
    for line in tree(found.graph, every=every):
        typer.echo(line)
    typer.echo()
    typer.echo(_summary(found))


def _summary(plan: Plan) -> str:
    """How many there are, and when the last of them is there."""
    made = [it.type for it in plan.graph.resources if not it.type.startswith(("gpu-cluster:", "pulumi:"))]
    in_cluster = sum(type.startswith("kubernetes:") for type in made)
    schedule = ready(plan)
    where = f"{len(made) - in_cluster} on AWS and {in_cluster} in the cluster"
    lines = [
        f"{plan.name}: {len(made)} resources, {where}",
        f"ready about {schedule.makespan:.0f} min after `pulumi up`, by the longest chain:",
        *(f"  {line}" for line in described(schedule)),
    ]
    return "\n".join(lines)
