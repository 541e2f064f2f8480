"""The program of a stack, run without an engine."""

from pathlib import Path
from typing import Any

import pulumi

from components.config.eks import EksSettings
from components.config.stack import Stack
from components.places import place_of
from components.platform import Platform
from plan.cloud import Cloud
from plan.graph import Graph
from plan.recorder import recorded

_NOWHERE = "000000000000"  # account of what is not on AWS


def run(stack: Stack, name: str) -> tuple[Graph, dict[str, Any]]:
    """What it registers, and what the stack exports."""
    token = pulumi.Output.secret("hub-token") if stack.serving.hub_token else None
    place = place_of(stack, Path(), kubeconfig=lambda _settings, _project: "kubeconfig")
    graph = recorded(
        lambda: Platform("platform", stack, place=place, hub_token=token),
        _cloud_of(stack),
        stack=name,
        preview=True,  # else what nobody knows would pass for empty
    )
    return graph, graph.outputs[graph.only("Platform").urn]


def _cloud_of(stack: Stack) -> Cloud:
    account = stack.cluster.account if isinstance(stack.cluster, EksSettings) else _NOWHERE
    return Cloud(account, stack.region or "", {})
