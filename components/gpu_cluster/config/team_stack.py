"""Stack file of a team in an environment."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from gpu_cluster.config.gateway import RoutedSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.names import Name, NonBlank
from gpu_cluster.config.platform_source import PlatformCheckout, PlatformSource
from gpu_cluster.config.registry import RepositoryName
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.section import Settings
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_grants import TeamSettings

LOCAL_TEAMS = Path(".local/teams")
"""Folder of the team kubeconfigs of the local platform, such as vision.kubeconfig."""


class Membership(Settings):
    """The team of a stack, and its environment."""

    environment: Name
    """Stack name of the environment, such as prod, in this repository or that of platform."""

    name: Name
    """Name of the team in gpu-cluster:teams of the environment."""

    platform: PlatformSource | None = None
    """Repository of the environment's stack file: git or a folder. Default: this repository."""

    kubeconfig: NonBlank | None = None
    """Path of the team's kubeconfig; only with provider existing. Default: the environment's."""

    context: NonBlank | None = None
    """Context of the kubeconfig; only with provider existing. Default: its current context."""


class TeamRepository(Settings):
    """ECR repository of the team."""

    keep_images: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Number of newest images to keep. Default: keepImages of the environment's registry."""


class TeamFile(Settings):
    """Stack file of a team."""

    team: Membership
    """The team of the stack, and its environment."""

    models: dict[Name, ModelSettings] = Field(default={})
    """Models of the team by name."""

    services: dict[Name, ServiceSettings] = Field(default={})
    """Services of the team by name."""

    repositories: dict[RepositoryName, TeamRepository] = Field(default={})
    """ECR repositories, named `<team>/…`; only with provider eks. Default: none."""

    gateway: RoutedSettings | None = None
    """Gateway routes to the team's models and services. Default: none."""

    hub_token: Secret | None = None
    """Hub token for gated models, a Pulumi secret; not with provider local. Default: none."""


@dataclass(frozen=True, slots=True)
class TeamStack:
    """Stack file of a team with its environment."""

    file: TeamFile
    environment: Stack
    platform: PlatformCheckout | None = None
    """Project of the environment, if it is another one."""

    @property
    def name(self) -> str:
        """Name of the team."""
        return self.file.team.name

    @property
    def grant(self) -> TeamSettings:
        """Grant of the environment to the team."""
        return self.environment.teams[self.name]

    @property
    def namespace(self) -> str:
        return self.grant.namespace or self.name

    @property
    def served(self) -> Stack:
        """Environment that serves only the team's models with the team's token."""
        serving = self.environment.serving.model_copy(
            update={
                "namespace": self.namespace,
                "models": self.file.models,
                "hub_token": self.file.hub_token,
            }
        )
        return self.environment.model_copy(update={"serving": serving})
