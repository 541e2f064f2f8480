"""Backend of a team's stack: the cluster of its environment, with the team's identity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.environment_outputs import EnvironmentOutputs
from gpu_cluster.kubernetes.cluster import team_kubeconfig


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamBackend:
    """Cluster, namespace and provider of a team's objects."""

    kubernetes: k8s.Provider
    """Signs in as the team."""

    repositories: Mapping[str, pulumi.Resource] = field(default_factory=dict[str, pulumi.Resource])
    """Repositories of its images, by path."""

    urls: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    """Addresses of the repositories."""


TeamBackendFactory = Callable[[str, TeamStack, EnvironmentOutputs, pulumi.ResourceOptions], TeamBackend]


def team_backend_for(
    team: TeamStack, project: Path, kubeconfig: Callable[[TeamStack, Path], str] = team_kubeconfig
) -> TeamBackendFactory:
    """The factory of the backend of a team's stack; `NoKubeconfigError` without a kubeconfig.

    `project` is the folder that paths start from; a plan, which reaches no cluster, has its own `kubeconfig`.
    """
    path = None if isinstance(team.environment.cluster, EksSettings) else kubeconfig(team, project)

    def build(
        name: str, team: TeamStack, environment: EnvironmentOutputs, opts: pulumi.ResourceOptions
    ) -> TeamBackend:
        granted = environment.granted(team)
        way = pulumi.Output.all(granted, path or environment.kubeconfig).apply(lambda it: it[1])
        kubernetes = k8s.Provider(
            f"{name}-kubernetes",
            kubeconfig=way,
            context=team.file.team.context,
            namespace=team.namespace,
            # Which cluster it is does not depend on how it is reached.
            cluster_identifier=environment.name,
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            opts=opts,
        )
        if not team.file.repositories:
            return TeamBackend(kubernetes=kubernetes)
        from gpu_cluster.aws.teams.repositories import repositories_of  # loads the SDK of AWS

        made = repositories_of(name, team, granted, opts)
        return TeamBackend(
            kubernetes=kubernetes,
            repositories=made,
            urls={path: repository.url for path, repository in made.items()},
        )

    return build
