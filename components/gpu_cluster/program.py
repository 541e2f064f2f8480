"""The program of a stack file: a platform, or a team on one."""

import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pulumi

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.environment_outputs import EnvironmentOutputs
from gpu_cluster.kubernetes.cluster import NoKubeconfigError, kubeconfig_of, team_kubeconfig
from gpu_cluster.platform import Platform
from gpu_cluster.project import project_name
from gpu_cluster.repeated_objects import refuse_repeated_objects
from gpu_cluster.stack import StackFileError, load_any
from gpu_cluster.team import Team
from gpu_cluster.team_cluster import team_backend_for

_EXPLAINED = 32
"""Exit status to which the language host adds no "unhandled error" (pulumi-language-python-exec)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgramContext:
    """Context of a program: provider, stack and project."""

    project: Path
    """The folder that paths in a stack file start from."""

    hub_token: Callable[[Stack | TeamStack], pulumi.Input[str]]
    """The token of a stack that has one."""

    registry_password: Callable[[Stack], pulumi.Input[str]]
    """The password at the mirror of a stack that has a login there."""

    gateway_keys: Callable[[Stack | TeamStack], Mapping[str, pulumi.Input[str]]]
    """API keys of a stack's routes by consumer."""

    environment: Callable[[TeamStack], EnvironmentOutputs]
    """Outputs of the environment of a team."""

    kubeconfig: Callable[[LocalCluster | ExistingCluster, Path], str] = kubeconfig_of
    team_kubeconfig: Callable[[TeamStack, Path], str] = team_kubeconfig


def program_of(stack: Stack | TeamStack, context: ProgramContext) -> Callable[[], Platform | Team]:
    """The function that makes the platform, or a team's part of one.

    `NoKubeconfigError` without the kubeconfig of its cluster.
    """
    if isinstance(stack, TeamStack):
        return partial(
            Team,
            "team",
            stack,
            backend=team_backend_for(stack, context.project, context.team_kubeconfig),
            environment=context.environment(stack),
            hub_token=context.hub_token(stack) if stack.file.hub_token else None,
            gateway_keys=context.gateway_keys(stack),
        )
    return partial(
        Platform,
        "platform",
        stack,
        backend=backend_for(stack, context.project, context.kubeconfig),
        hub_token=context.hub_token(stack) if stack.serving.hub_token else None,
        registry_password=context.registry_password(stack) if stack.registry.login else None,
        gateway_keys=context.gateway_keys(stack),
    )


def consumers_of(stack: Stack | TeamStack) -> list[str]:
    """Consumers with a key for the stack's own routes."""
    gateway = stack.file.gateway if isinstance(stack, TeamStack) else stack.gateway
    return sorted(gateway.keys) if gateway else []


def run(project: Path, name: str) -> dict[str, Any]:
    """Create the resources of stacks/Pulumi.<name>.yaml, and the outputs of the stack.

    `StackFileError` with all errors of the file, `pulumi.RunError` with objects that its manifests repeat,
    `NoKubeconfigError` without the kubeconfig of its cluster.
    """
    stack = load_any(project / "stacks" / f"Pulumi.{name}.yaml")
    if isinstance(stack, Stack):
        refuse_repeated_objects(stack)  # before a cluster is looked for
    context = ProgramContext(
        project=project,
        hub_token=_decrypted,
        registry_password=_decrypted_password,
        gateway_keys=_decrypted_keys,
        environment=_deployed,
    )
    return program_of(stack, context)().outputs


def main(program: str) -> None:
    """Run the stack that the engine asks for, and export its outputs: `main(__file__)` in stacks/__main__.py.

    Logs everything that is wrong with the stack file, or that its cluster is missing, and exits.
    """
    try:
        outputs = run(Path(program).resolve().parents[1], pulumi.get_stack())
    except (StackFileError, NoKubeconfigError, pulumi.RunError) as error:
        pulumi.log.error(str(error))
        # The registration of the stack exits with the program, which Python would warn about.
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        sys.exit(_EXPLAINED)
    for key, value in outputs.items():
        pulumi.export(key, value)


def _deployed(team: TeamStack) -> EnvironmentOutputs:
    project = project_name(team.platform.folder) if team.platform else None
    return EnvironmentOutputs.of(team.file.team.environment, project)


def _decrypted(stack: Stack | TeamStack) -> pulumi.Output[str]:
    """Hub token, decrypted by the engine."""
    config = pulumi.Config("gpu-cluster")
    if isinstance(stack, TeamStack):
        return config.require_secret("hubToken")
    return config.require_secret_object("serving").apply(lambda decrypted: decrypted["hubToken"])


def _decrypted_password(_: Stack) -> pulumi.Output[str]:
    registry = pulumi.Config("gpu-cluster").require_secret_object("registry")
    return registry.apply(lambda decrypted: decrypted["login"]["password"])


def _decrypted_keys(stack: Stack | TeamStack) -> dict[str, pulumi.Output[str]]:
    consumers = consumers_of(stack)
    if not consumers:
        return {}
    gateway = pulumi.Config("gpu-cluster").require_secret_object("gateway")
    return {name: gateway.apply(lambda it, name=name: it["keys"][name]) for name in consumers}
