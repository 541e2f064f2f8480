"""The program of a stack, run without an engine."""

from functools import partial
from pathlib import Path
from typing import Any

import pulumi

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.environment_outputs import EnvironmentOutputs
from gpu_cluster.plan.fake_cloud import FakeCloud
from gpu_cluster.plan.graph import Environments, Graph
from gpu_cluster.plan.recorder import recorded
from gpu_cluster.program import ProgramContext, consumers_of, program_of

_NOWHERE = "000000000000"  # account of what is not on AWS


def run(stack: Stack | TeamStack, name: str, environments: Environments) -> tuple[Graph, dict[str, Any]]:
    """Registered resources and exports; exports of an environment are added to `environments`."""
    context = ProgramContext(
        project=Path(),
        hub_token=lambda _: pulumi.Output.secret("hub-token"),
        registry_password=lambda _: pulumi.Output.secret("password"),
        gateway_keys=lambda stack: {it: pulumi.Output.secret("gateway-key") for it in consumers_of(stack)},
        environment=partial(_as_planned, environments),
        kubeconfig=lambda _, __: "kubeconfig",
        team_kubeconfig=lambda _, __: "kubeconfig",
    )
    platform = stack.environment if isinstance(stack, TeamStack) else stack
    # A preview: otherwise unknown values count as empty.
    graph = recorded(program_of(stack, context), _cloud_of(platform), stack=name, preview=True)
    whole = graph.resources[0]  # all others are below it
    outputs = graph.outputs[whole.urn]
    if stack is platform:
        environments[name] = outputs
    return graph, outputs


def _as_planned(environments: Environments, team: TeamStack) -> EnvironmentOutputs:
    """Outputs of the environment's own plan."""
    name = team.file.team.environment
    key = f"{team.platform.root}/{name}" if team.platform else name
    if key not in environments:
        _, environments[key] = run(team.environment, name, {})
    outputs = environments[key]
    return EnvironmentOutputs(name, outputs["teams"], outputs.get("kubeconfig"))


def _cloud_of(stack: Stack) -> FakeCloud:
    account = stack.cluster.account if isinstance(stack.cluster, EksSettings) else _NOWHERE
    return FakeCloud(account, stack.region or "", {})
