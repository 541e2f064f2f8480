"""Stack files: whether they are valid, and whether the schema for editors is current."""

from collections.abc import Iterator
from pathlib import Path

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack import StackFileError, load_any
from gpu_cluster.stack.schema import json_schema, schema_text, team_json_schema
from gpu_cluster.stack.summary import summary_of
from gpu_cluster_tools.doctor.check import Check, Group

_FILES = Group("stack file")


def stack_file(file: Path, name: str) -> tuple[Stack | TeamStack | None, list[Check]]:
    """Settings of a stack file, and the errors of an invalid one."""
    try:
        stack = load_any(file)
    except StackFileError as error:
        wrong = [_FILES.fail(name, str(problem)) for problem in error.problems]
        return None, wrong
    return stack, [_FILES.ok(name, summary_of(stack))]


def schema(project: Path) -> Iterator[Check]:
    """Schema files of environments and teams, written by `python -m docs`."""
    for name, text in (
        ("schema.json", schema_text(json_schema())),
        ("team-schema.json", schema_text(team_json_schema())),
    ):
        file = project / "stacks" / name
        if not file.exists():
            yield _FILES.warn(name, "missing; editors have no completion", "make docs")
        elif file.read_text() != text:
            yield _FILES.warn(name, "does not match this version", "make docs")
        else:
            yield _FILES.ok(name, "matches this version")
