"""`gpu-cluster schema`: what a stack file may say, for editors."""

from typing import Annotated

import typer

from gpu_cluster.stack.schema import json_schema, schema_text, team_json_schema

Team = Annotated[bool, typer.Option("--team", help="Of a team's own stack file.")]


def schema(*, team: Team = False) -> None:
    """Print the JSON Schema of the stack file, as stacks/schema.json has it."""
    typer.echo(schema_text(team_json_schema() if team else json_schema()), nl=False)
