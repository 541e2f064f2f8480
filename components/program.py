"""What the engine runs for a stack file: a platform, or a team on one."""

from pathlib import Path
from typing import Any

import pulumi

from components.config.stack import Stack
from components.environment import Environment
from components.places import place_of
from components.places.team import team_place_of
from components.platform import Platform
from components.stackfile import load_any
from components.team import Team


def run(project: Path, name: str) -> dict[str, Any]:
    """Make what stacks/Pulumi.<name>.yaml of a project says, and what the stack exports.

    `StackFileError` with everything that is wrong with the file, `NoKubeconfigError` without its cluster.
    """
    stack = load_any(project / "stacks" / f"Pulumi.{name}.yaml")
    config = pulumi.Config("gpu-cluster")
    if isinstance(stack, Stack):
        token = None
        if stack.serving.hub_token:
            token = config.require_secret_object("serving").apply(lambda decrypted: decrypted["hubToken"])
        return Platform("platform", stack, place=place_of(stack, project), hub_token=token).outputs
    return Team(
        "team",
        stack,
        place=team_place_of(stack, project),
        environment=Environment.of(stack.file.team.environment),
        hub_token=config.require_secret("hubToken") if stack.file.hub_token else None,
    ).outputs
