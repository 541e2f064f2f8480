"""`gpu-cluster schema`: what a stack file may say, for editors."""

from typing import Annotated

import typer

from gpu_cluster.stack.schema import json_schema, schema_text, team_json_schema

Team = Annotated[bool, typer.Option("--team", help="Of a team's own stack file.")]


Json = Annotated[bool, typer.Option("--json", help="The same: a schema is JSON.")]


def schema(*, team: Team = False, as_json: Json = True) -> None:  # noqa: ARG001
    """Print the JSON Schema of the stack file, as stacks/schema.json has it."""
    typer.echo(schema_text(team_json_schema() if team else json_schema()), nl=False)
