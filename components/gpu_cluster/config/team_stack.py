"""A team's own stack file: what it runs within what an environment grants it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from gpu_cluster.config.gateway import RoutedSettings
from gpu_cluster.config.names import Name, NonBlank
from gpu_cluster.config.platform_source import PlatformCheckout, PlatformSource
from gpu_cluster.config.registry import RepositoryName
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.config.serving import ModelSettings
from gpu_cluster.config.settings import Settings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_grants import TeamSettings

LOCAL_TEAMS = Path(".local/teams")
"""Below it is a kubeconfig for each team of the platform on this machine, such as vision.kubeconfig."""


class Membership(Settings):
    """The team of a stack, and its environment."""

    environment: Name
    """Stack of the environment, such as prod; its file lies beside this one, or where platform says."""

    name: Name
    """The team, as gpu-cluster:teams of the environment has it."""

    platform: PlatformSource | None = None
    """The repository that has the environment's stack file, by git or a folder. Default: this one."""

    kubeconfig: NonBlank | None = None
    """Path of the team's kubeconfig; only with provider existing. Default: the environment's."""

    context: NonBlank | None = None
    """Context within the kubeconfig; only with provider existing. Default: its current context."""


class TeamRepository(Settings):
    """A repository for images of the team's own."""

    keep_images: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Images that are kept, the newest. Default: keepImages of the environment's registry."""


class TeamFile(Settings):
    """Everything that a team's stack file says."""

    team: Membership
    """The team of the stack, and its environment."""

    models: dict[Name, ModelSettings] = Field(default={})
    """The models that the team serves, by name."""

    services: dict[Name, ServiceSettings] = Field(default={})
    """Containers of the team's own, by name."""

    repositories: dict[RepositoryName, TeamRepository] = Field(default={})
    """Repositories for its images, each `<team>/…`; only with provider eks. Default: none."""

    gateway: RoutedSettings | None = None
    """Routes of the environment's gateway to the team's models and services. Default: none."""

    hub_token: Secret | None = None
    """Token of the model hub for gated models, a Pulumi secret; not with provider local. Default: none."""


@dataclass(frozen=True, slots=True)
class TeamStack:
    """A team's stack file together with the environment that it is in."""

    file: TeamFile
    environment: Stack
    platform: PlatformCheckout | None = None
    """The environment's project, where that is not the team's own."""

    @property
    def name(self) -> str:
        """Of the team."""
        return self.file.team.name

    @property
    def grant(self) -> TeamSettings:
        """The environment's grant to the team."""
        return self.environment.teams[self.name]

    @property
    def namespace(self) -> str:
        return self.grant.namespace or self.name

    @property
    def served(self) -> Stack:
        """The environment as if it served the team's models with the team's token, and no others."""
        serving = self.environment.serving.model_copy(
            update={
                "namespace": self.namespace,
                "models": self.file.models,
                "hub_token": self.file.hub_token,
            }
        )
        return self.environment.model_copy(update={"serving": serving})
