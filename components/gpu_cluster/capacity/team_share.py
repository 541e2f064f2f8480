"""A team's share of GPUs: resources by pool, with their proportional CPU and memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from gpu_cluster.capacity.free_capacity import free_capacity
from gpu_cluster.capacity.pod_requests import share_of_node
from gpu_cluster.capacity.pool import Pool, mig_resource
from gpu_cluster.capacity.resources import GIB, MIB
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.team_grants import ONLY, GpuQuota, TeamSettings

_OTHER_CPU_MILLIS = 8_000
_OTHER_MEMORY_BYTES = 32 * GIB
"""Default quota of pods without GPUs."""


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a platform that is a team's."""

    cpu_millis: int
    memory_bytes: int
    gpus: Mapping[str, Mapping[str, int]]
    """Amount of each extended resource by pool: {"l4": {"nvidia.com/gpu": 8}}."""


def share_of(team: TeamSettings, pools: Mapping[str, Pool]) -> Share:
    """Share of a team of a validated stack. `ValueError` where a pool does not offer it."""
    gpus = {name: quota_by_resource(quota, pools[name]) for name, quota in team.gpus.items()}
    cpu, memory = Decimal(_OTHER_CPU_MILLIS), Decimal(_OTHER_MEMORY_BYTES)
    for name, resources in gpus.items():
        node = free_capacity(pools[name])
        for resource, count in resources.items():
            share = share_of_node(pools[name], resource, count)
            cpu += Decimal(node.cpu_millis * share.numerator) / share.denominator
            memory += Decimal(node.memory_bytes * share.numerator) / share.denominator
    millis = amount(team.cpu) * 1000 if team.cpu else _up(cpu, 1000)
    size = amount(team.memory) if team.memory else _up(memory, MIB)
    return Share(int(millis), int(size), gpus)


def quota_by_resource(quota: GpuQuota, pool: Pool) -> dict[str, int]:
    """Extended resources by name. `ValueError` where the pool has another, or several and none is named."""
    found = {_resource(profile, pool): count for profile, count in quota.items()}
    missing = [resource for resource in found if resource not in pool.gpu_resources]
    if missing:
        raise ValueError(f"pool {pool.name} offers no {missing[0]}")
    return found


def _resource(profile: str, pool: Pool) -> str:
    if profile != ONLY:
        return mig_resource(profile)
    [only] = pool.gpu_resources
    return only


def _up(exact: Decimal, step: int) -> Decimal:
    return (exact / step).to_integral_value(ROUND_CEILING) * step
