"""Options of a team's stack on an environment, and the pools that have capacity for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gpu_cluster.capacity import GpuSlot, Pool, gpu_resource, pools_of, share_of, smallest_fit
from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.min_max import Replicas
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.model_options import ModelCache
from gpu_cluster.config.platform_source import PlatformSource
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_grants import ONLY, TeamSettings
from gpu_cluster.config.team_stack import Membership, TeamFile, TeamRepository, TeamStack
from gpu_cluster.stack.checks.team_stack import check_team_stack
from gpu_cluster.stack.defaults import with_team_defaults
from gpu_cluster.stack.suggestions import did_you_mean, one_of
from gpu_cluster_tools.scaffold.init_options import InitOptionsError
from gpu_cluster_tools.scaffold.team_service import SERVICE, service_repository, service_settings
from gpu_cluster_tools.scaffold.wanted_model import TOKEN, WEIGHTS, WantedModel

MODEL = "chat"
"""Name in a draft."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Placement and replicas of the model."""

    pool: str
    slot: GpuSlot
    resource: str
    """Resource, such as nvidia.com/gpu."""

    granted: int
    """Amount of the resource."""

    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class TeamInitOptions:
    """Options of a team's new stack.

    TeamInitOptions(environment="prod", stack=load(…), team="vision", model=WantedModel("…")).placed
    """

    environment: str
    stack: Stack
    """Settings of the model."""

    team: str
    model: WantedModel | None = None
    kubeconfig: str | None = None
    """Kubeconfig of the team; None for the environment's."""

    source: PlatformSource | None = None
    """The repository that has the environment; None for the one that the file is for."""

    @cached_property
    def grant(self) -> TeamSettings:
        """`InitOptionsError` if the environment has no such team."""
        if self.team in self.stack.teams:
            return self.stack.teams[self.team]
        there = f"there are {', '.join(self.stack.teams)}" if self.stack.teams else "there are none"
        near = did_you_mean(self.team, self.stack.teams)
        raise InitOptionsError(f"{self.environment} has no team '{self.team}' ({there}){near}")

    @property
    def needs_token(self) -> bool:
        """Whether the model is gated; with provider local nothing is downloaded."""
        local = isinstance(self.stack.cluster, LocalCluster)
        return bool(self.model and self.model.gated and not local)

    @property
    def repository(self) -> str | None:
        return service_repository(self.team, self.stack)

    @cached_property
    def placed(self) -> Placed | None:
        """The smallest slot that is granted, beside a service; None without a model.

        `InitOptionsError` where there is none.
        """
        if not self.model:
            return None
        slots = sorted(self._slots(self.model), key=lambda it: it[1].usable_bytes)
        if not slots:
            raise InitOptionsError(self._nowhere(self.model))
        for pool, slot, granted in slots:
            for most in range(granted // slot.gpus, 0, -1):
                if not self._problems(self.model, pool, slot, most):
                    # With one more granted than there are, an update starts the new before it stops the old.
                    spared = most - 1 if most > 2 else most
                    resource = gpu_resource(slot.profile, pool)
                    return Placed(pool.name, slot, resource, granted, min(2, spared), spared)
        pool, slot, _ = slots[0]
        raise InitOptionsError("; ".join(self._problems(self.model, pool, slot, 1)))

    @cached_property
    def _pools(self) -> dict[str, Pool]:
        return pools_of(self.stack)

    def _slots(self, model: WantedModel) -> Iterator[tuple[Pool, GpuSlot, int]]:
        """Smallest fit on each granted pool, within the granted GPUs."""
        granted = share_of(self.grant, self._pools).gpus
        for name, quota in self.grant.gpus.items():
            pool, sharing = self._pools[name], self._pools[name].sharing
            if sharing and sharing.mig and ONLY not in quota:
                layout = {profile: count for profile, count in sharing.mig.items() if profile in quota}
                sharing = sharing.model_copy(update={"mig": layout})
            most = min(pool.gpus, max(granted[name].values()))
            slot = smallest_fit(model.load, pool.gpu, most, sharing)
            if slot:
                yield pool, slot, granted[name][gpu_resource(slot.profile, pool)]

    def _nowhere(self, model: WantedModel) -> str:
        """The grant, and options that would fit it."""
        granted = share_of(self.grant, self._pools).gpus
        parts = (
            f"{count} {resource} of pool {pool}"
            for pool, resources in granted.items()
            for resource, count in resources.items()
        )
        enough = (
            f"{slot.gpus} {gpu_resource(slot.profile, pool)} of pool {pool.name}"
            for pool in self._pools.values()
            if (slot := smallest_fit(model.load, pool.gpu, pool.gpus, pool.sharing))
        )
        holds = f"{self.environment} grants team {self.team} no GPUs that fit {model.name}"
        does = list(enough)
        needed = f"a replica takes {one_of(does)}" if does else f"no pool of {self.environment} does"
        return f"{holds}: it has {', '.join(parts) or 'no GPUs'}, and {needed}"

    def _problems(self, model: WantedModel, pool: Pool, slot: GpuSlot, replicas: int) -> list[str]:
        """Diagnostics for so many replicas, and a service that calls them."""
        file = TeamFile(
            team=Membership(environment=self.environment, name=self.team),
            hub_token=Secret(secure=TOKEN) if self.needs_token else None,
            models={
                MODEL: ModelSettings(
                    model=model.name,
                    version=model.needed_version,
                    weights=None if model.known else WEIGHTS,
                    pool=pool.name,
                    gpus=slot.gpus,
                    slice=slot.profile,
                    replicas=Replicas(min=1, max=replicas),
                    context=model.context,
                    cache=ModelCache(size=model.cache),
                    load_minutes=model.load_minutes,
                )
            },
            services={SERVICE: service_settings(self.repository)},
            repositories={self.repository: TeamRepository()} if self.repository else {},
        )
        team = with_team_defaults(TeamStack(file, self.stack))
        return [diagnostic.message for diagnostic in check_team_stack(team, frozenset())]
