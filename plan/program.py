"""The program of a stack, run without an engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi

from components.config.eks import EksSettings
from components.config.stack import Stack
from components.config.team import TeamStack
from components.environment import Environment
from components.places import place_of
from components.places.team import team_place_of
from components.platform import Platform
from components.team import Team
from plan.cloud import Cloud
from plan.graph import Graph
from plan.recorder import recorded

_NOWHERE = "000000000000"  # account of what is not on AWS


def run(stack: Stack, name: str) -> tuple[Graph, dict[str, Any]]:
    """What it registers, and what the stack exports."""
    token = pulumi.Output.secret("hub-token") if stack.serving.hub_token else None
    place = place_of(stack, Path(), kubeconfig=lambda _settings, _project: "kubeconfig")
    graph = _registered(
        lambda: Platform("platform", stack, place=place, hub_token=token), stack=stack, name=name
    )
    return graph, graph.outputs[graph.only("Platform").urn]


def run_team(team: TeamStack, name: str) -> tuple[Graph, dict[str, Any]]:
    """The same of a team's stack, on its environment as that would be."""
    environment = team.file.team.environment
    _, outputs = run(team.environment, environment)
    known = Environment(environment, outputs["teams"], outputs.get("kubeconfig"))
    token = pulumi.Output.secret("hub-token") if team.file.hub_token else None
    place = team_place_of(team, Path(), kubeconfig=lambda _team, _project: "kubeconfig")
    graph = _registered(
        lambda: Team("team", team, place=place, environment=known, hub_token=token),
        stack=team.environment,
        name=name,
    )
    return graph, graph.outputs[graph.only("index:Team").urn]


def _registered(program: Callable[[], object], *, stack: Stack, name: str) -> Graph:
    # As a preview, else what nobody knows would pass for empty.
    return recorded(program, _cloud_of(stack), stack=name, preview=True)


def _cloud_of(stack: Stack) -> Cloud:
    account = stack.cluster.account if isinstance(stack.cluster, EksSettings) else _NOWHERE
    return Cloud(account, stack.region or "", {})
