"""Files of a new project."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from gpu_cluster.stack.schema import json_schema, schema_text, team_json_schema

_TEMPLATE = Path(__file__).parent / "project"


def project_files(name: str) -> Iterator[tuple[Path, str]]:
    """Paths within the project and their texts, for a project of this name.

    The workflows are those of gpu-cluster's own repository.
    """
    for file in sorted(_TEMPLATE.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            text = file.read_text().replace("@NAME@", name).replace("@VERSION@", version("gpu-cluster"))
            yield file.relative_to(_TEMPLATE), text
    yield Path("stacks/schema.json"), schema_text(json_schema())
    yield Path("stacks/team-schema.json"), schema_text(team_json_schema())
