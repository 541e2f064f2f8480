"""`gpu-cluster schema`: JSON Schema of the stack file, for editors."""

from typing import Annotated

import typer

from gpu_cluster.stack.schema import json_schema, schema_text, team_json_schema

Team = Annotated[bool, typer.Option("--team", help="Print the schema of a team's stack file.")]


Json = Annotated[bool, typer.Option("--json", help="No effect: the schema is JSON.")]


def schema(*, team: Team = False, as_json: Json = True) -> None:  # noqa: ARG001
    """Print the JSON Schema of the stack file, the content of stacks/schema.json."""
    typer.echo(schema_text(team_json_schema() if team else json_schema()), nl=False)
