"""Cost by team: a team's part of a pool is its GPU quota over all GPUs that the pool can have."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from gpu_cluster.capacity import Pool, mig_resource, share_of_node
from gpu_cluster.config.team_grants import ONLY, TeamSettings
from gpu_cluster.cost.money import Range, total


@dataclass(frozen=True, slots=True)
class TeamCostShare:
    team: str
    pools: Mapping[str, Fraction]
    """Share of the team in each pool; 1 for all of it."""

    by_pool: Mapping[str, Range]
    """US dollars in a month for that part."""

    @property
    def monthly(self) -> Range:
        return total(list(self.by_pool.values()))


def shares_of(
    teams: Mapping[str, TeamSettings], pools: Mapping[str, Pool], monthly: Mapping[str, Range]
) -> dict[str, TeamCostShare]:
    """Pool cost by team. `monthly`: cost per pool."""
    return {name: _share(name, team, pools, monthly) for name, team in teams.items()}


def _share(
    name: str, team: TeamSettings, pools: Mapping[str, Pool], monthly: Mapping[str, Range]
) -> TeamCostShare:
    parts = {pool: _part(pools[pool], quota) for pool, quota in team.gpus.items()}
    return TeamCostShare(
        name, parts, {pool: monthly[pool] * part for pool, part in parts.items() if pool in monthly}
    )


def _part(pool: Pool, quota: Mapping[str, int]) -> Fraction:
    """Share of the pool's capacity at nodes.max."""
    [*_, only] = pool.gpu_resources
    nodes = (
        share_of_node(pool, only if profile == ONLY else mig_resource(profile), count)
        for profile, count in quota.items()
    )
    return sum(nodes, Fraction(0)) / pool.nodes.max
