"""Quota requirements of a stack at its most, worked out without any call."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from gpu_cluster.capacity import Pool, pools_of, root_disk, surge_nodes
from gpu_cluster.capacity.addresses import pod_ranges
from gpu_cluster.catalog import QUOTAS, Quota, capacity_block_quota, on_demand_quota, spot_quota
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.lustre import gibibytes
from gpu_cluster.config.network import Nat, NetworkSettings
from gpu_cluster.config.pool_capacity import Market
from gpu_cluster.config.pools import PoolSettings, Provisioner
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Efs
from gpu_cluster.config.stores import S3, FsxLustre

_GIB_OF_A_TIB = 1024


@dataclass(frozen=True, slots=True)
class QuotaRequirement:
    """Amount of one quota that the stack needs."""

    quota: Quota
    amount: int
    """Maximum, with all pools at nodes.max."""

    peak: int
    """Peak during node replacement with surge; at least `amount`."""

    because: str
    """Part of the stack, such as `l4: 12 x g6.4xlarge`."""


@dataclass(frozen=True, slots=True)
class _Part:
    quota: Quota
    amount: float
    because: str
    more: float = 0


def quota_requirements(stack: Stack) -> list[QuotaRequirement]:
    """Requirement per quota that the stack uses, in the order of the catalog; none without AWS."""
    if not isinstance(stack.cluster, EksSettings):
        return []
    parts = [*_servers(stack), *_network(stack.network), *_cluster(stack), *_stores(stack)]
    return [
        _together(quota, own)
        for quota in QUOTAS.values()
        if (own := [it for it in parts if it.quota == quota])
    ]


def unknown_quotas(stack: Stack) -> list[str]:
    """Pools whose servers count against a quota that no published list names."""
    if not isinstance(stack.cluster, EksSettings):
        return []
    pools = pools_of(stack)
    return [name for name, settings in stack.pools.items() if _quota_of(settings, pools[name]) is None]


def _together(quota: Quota, parts: list[_Part]) -> QuotaRequirement:
    amount = sum(part.amount for part in parts)
    peak = amount + sum(part.more for part in parts)
    return QuotaRequirement(
        quota, ceil(amount), ceil(peak), ", ".join(part.because for part in parts if part.because)
    )


def _servers(stack: Stack) -> Iterator[_Part]:
    for name, pool in pools_of(stack).items():
        settings = stack.pools[name]
        quota = _quota_of(settings, pool)
        if quota:
            cpus = pool.server.cpus
            more = surge_nodes(pool, settings) * cpus
            yield _Part(quota, pool.nodes.max * cpus, f"{name}: {pool.nodes.max} x {pool.machine}", more)
        yield _root_disks(pool, settings)


def _quota_of(settings: PoolSettings, pool: Pool) -> Quota | None:
    instance = pool.server
    if settings.capacity.capacity_block:
        return capacity_block_quota(instance)
    return spot_quota(instance) if settings.capacity.market is Market.SPOT else on_demand_quota(instance)


def _root_disks(pool: Pool, settings: PoolSettings) -> _Part:
    size = root_disk(settings).size_gib
    nodes, more = pool.nodes.max, surge_nodes(pool, settings)
    of_tib = size / _GIB_OF_A_TIB
    return _Part(QUOTAS["gp3-volumes"], nodes * of_tib, f"{pool.name}: {nodes} x {size} GiB", more * of_tib)


def _network(settings: NetworkSettings | None) -> Iterator[_Part]:
    if settings is None or settings.existing:
        return
    yield _Part(QUOTAS["vpcs"], 1, "")
    if settings.nat is not Nat.NONE:
        gateways = 1 if settings.nat is Nat.SINGLE else len(settings.zones)
        yield _Part(QUOTAS["elastic-ips"], gateways, f"NAT gateways: {gateways}")
        yield _Part(QUOTAS["internet-gateways"], 1, "")
        yield _Part(QUOTAS["nat-gateways"], 1, "")
        if settings.ipv6:
            yield _Part(QUOTAS["egress-only-gateways"], 1, "")
    if settings.endpoints:
        yield _Part(QUOTAS["interface-endpoints"], len(settings.endpoints), "")
    pods = len(pod_ranges(settings.pod_cidr, settings.zones)) if settings.pod_cidr else 0
    yield _Part(QUOTAS["ranges"], 1 + pods, "")


def _cluster(stack: Stack) -> Iterator[_Part]:
    yield _Part(QUOTAS["clusters"], 1, "")
    groups = {
        name: pool.nodes.max
        for name, pool in stack.pools.items()
        if pool.provisioner is Provisioner.NODE_GROUP
    }
    if groups:
        yield _Part(QUOTAS["node-groups"], len(groups), "")
        largest = max(groups, key=lambda name: groups[name])
        yield _Part(QUOTAS["nodes-of-a-group"], groups[largest], largest)


def _stores(stack: Stack) -> Iterator[_Part]:
    for name, settings in stack.storage.items():
        match settings:
            case Efs():
                yield _Part(QUOTAS["efs-file-systems"], 1, name)
            case FsxLustre():
                yield _Part(QUOTAS["lustre-file-systems"], 1, name)
                yield _Part(QUOTAS["lustre-storage"], gibibytes(settings.size), name)
            case S3(bucket=None):
                yield _Part(QUOTAS["buckets"], 1, name)
            case _:
                pass
