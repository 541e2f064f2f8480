"""Files of a new project."""

from collections.abc import Iterator
from pathlib import Path

from gpu_cluster.stack.schema import json_schema, schema_text, team_json_schema
from gpu_cluster_tools.scaffold.requirement import WHEELS, Requirement

_TEMPLATE = Path(__file__).parent / "project"


def project_files(name: str, required: Requirement) -> Iterator[tuple[Path, bytes]]:
    """Paths within the project and their contents, for a project of this name.

    The workflows are those of gpu-cluster's own repository.
    """
    for file in sorted(_TEMPLATE.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            text = file.read_text("utf-8").replace("@NAME@", name).replace("@GPU_CLUSTER@", required.line)
            yield file.relative_to(_TEMPLATE), text.encode()
    yield Path("stacks/schema.json"), schema_text(json_schema()).encode()
    yield Path("stacks/team-schema.json"), schema_text(team_json_schema()).encode()
    if required.wheel:
        yield Path(WHEELS) / required.wheel.name, required.wheel.read_bytes()
