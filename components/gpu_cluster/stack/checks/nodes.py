"""EKS nodes: offered instance types, compatible images and volumes, EFA and Karpenter settings."""

from collections.abc import Iterator

from pydantic.alias_generators import to_camel

from gpu_cluster.capacity import Pool, ami_release, root_disk
from gpu_cluster.catalog import (
    INSTANCES,
    KUBERNETES_VERSIONS,
    ami_problem,
    efa_interfaces,
    regions_with,
    zones_with,
)
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.pools import AmiFamily, PoolSettings, Provisioner
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.node_settings import node_settings
from gpu_cluster.stack.checks.reservations import reservations
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import one_of

_OF_AWS = (
    *("zones", "capacity", "ami", "disk", "efa", "repair", "provisioner", "update"),
    *("user_data", "kubelet"),
)

_LEAST_DISK_GIB = 20
"""Snapshot size of EKS images (awslabs/amazon-eks-ami, templates, 2026-07-23)."""


def nodes(stack: Stack, offered: dict[str, Pool], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    if not isinstance(stack.cluster, EksSettings):
        yield from _elsewhere(stack)
        return
    for name, pool in offered.items():
        settings = stack.pools[name]
        yield from _offered(stack, settings, pool)
        if ("cluster", "version") not in broken and stack.cluster.version in KUBERNETES_VERSIONS:
            yield from _image(settings, stack.cluster.version, pool)
        yield from node_settings(name, settings)
        yield from _disk(settings, pool)
        yield from _efa(settings, pool)
        if settings.provisioner is Provisioner.KARPENTER:
            yield from _karpenter(name, settings)
    yield from _karpenter_repair(stack)
    yield from reservations(stack, offered)


def _elsewhere(stack: Stack) -> Iterator[Diagnostic]:
    for name, settings in stack.pools.items():
        for field in _OF_AWS:
            if field in settings.model_fields_set:
                message = f"only with provider eks, got {stack.cluster.provider}"
                yield Diagnostic(("pools", name, to_camel(field)), message)


def _offered(stack: Stack, settings: PoolSettings, pool: Pool) -> Iterator[Diagnostic]:
    """AWS publishes zone IDs, whose names depend on the account, so zones are counted."""
    zones = zones_with(pool.machine, stack.region) if stack.region else None
    if zones is None:
        return
    keys: Keys = ("pools", pool.name)
    if not zones:
        regions = one_of(regions_with(pool.machine))
        message = f"{pool.machine} is not offered in {stack.region}; offered in {regions}"
        yield Diagnostic((*keys, "instance"), message)
    elif len(pool.zones) > len(zones):
        ids = f"{' and '.join(zones)} of {stack.region} alone"
        message = f"{pool.machine} is offered in {ids}, but the pool spans {len(pool.zones)} zones"
        wanted = "set zones to their names in your account"
        yield Diagnostic((*keys, "zones") if settings.zones else keys, f"{message}; {wanted}")


def _image(settings: PoolSettings, version: str, pool: Pool) -> Iterator[Diagnostic]:
    keys: Keys = ("pools", pool.name, "ami", "release")
    release = ami_release(settings, version)
    if settings.ami.id:
        pass  # a custom image
    elif release is None:
        message = "required key is missing with bottlerocket; EKS AMI release, such as 1.63.0-0a1b2c3d"
        yield Diagnostic(keys, message)
    elif problem := ami_problem(settings.ami.family.value, release, pool.server):
        yield Diagnostic(keys, problem)
    if settings.ami.family is AmiFamily.BOTTLEROCKET and settings.sharing and settings.sharing.mig:
        message = "bottlerocket registers MIG devices as nvidia.com/gpu; expected ami.family al2023"
        yield Diagnostic(("pools", pool.name, "sharing", "mig"), message)


def _disk(settings: PoolSettings, pool: Pool) -> Iterator[Diagnostic]:
    keys: Keys = ("pools", pool.name, "disk")
    disk = root_disk(settings)
    if disk.iops < disk.needed_iops:
        message = f"{disk.throughput} MiB/s requires {disk.needed_iops} iops, 4 per MiB/s, got {disk.iops}"
        yield Diagnostic((*keys, "iops"), message)
    if disk.size_gib < _LEAST_DISK_GIB:
        message = f"EKS images require at least {_LEAST_DISK_GIB}Gi, got {settings.disk.size}"
        yield Diagnostic((*keys, "size"), message)


def _efa(settings: PoolSettings, pool: Pool) -> Iterator[Diagnostic]:
    if not settings.efa:
        return
    keys: Keys = ("pools", pool.name)
    instance = pool.server
    if instance.efa and not efa_interfaces(instance):
        message = f"the network cards of the {instance.efa} EFA of {pool.machine} are unknown; expected false"
        yield Diagnostic((*keys, "efa"), message)
    elif not efa_interfaces(instance):
        family = pool.machine.partition(".")[0]
        able = [
            it.name for it in INSTANCES.values() if it.name.startswith(f"{family}.") and efa_interfaces(it)
        ]
        instead = f"; {one_of(able)} {'has' if len(able) == 1 else 'have'}" if able else ""
        yield Diagnostic((*keys, "efa"), f"{pool.machine} has no EFA{instead}")
    elif len(pool.zones) > 1:
        message = f"EFA works only within one zone; expected one in zones, got {', '.join(pool.zones)}"
        yield Diagnostic((*keys, "zones") if settings.zones else (*keys, "efa"), message)


def _karpenter(name: str, settings: PoolSettings) -> Iterator[Diagnostic]:
    """Settings that Karpenter does not support."""
    keys: Keys = ("pools", name)
    if settings.sharing:
        way = next(to_camel(field) for field in settings.sharing.model_fields_set)
        message = "Karpenter counts whole GPUs and would start a node per pod; expected node-group"
        yield Diagnostic((*keys, "provisioner"), f"{message} with {way}")
    if settings.nodes.min:
        message = f"Karpenter keeps no nodes without pods; expected 0, got {settings.nodes.min}"
        yield Diagnostic((*keys, "nodes", "min"), message)
    if settings.capacity.capacity_block:
        message = "only provisioner node-group drains nodes before a capacity block ends"
        yield Diagnostic((*keys, "provisioner"), message)
    if "surge" in settings.update.model_fields_set:
        yield Diagnostic((*keys, "update", "surge"), "only with provisioner node-group; remove the key")


def _karpenter_repair(stack: Stack) -> Iterator[Diagnostic]:
    """Node repair is a feature gate of the controller and applies to all NodePools."""
    pools = {
        name: settings.repair
        for name, settings in stack.pools.items()
        if settings.provisioner is Provisioner.KARPENTER
    }
    repaired = [name for name, repair in pools.items() if repair]
    for name, repair in pools.items():
        if repaired and not repair:
            others = " and ".join(repaired)
            message = f"Karpenter repairs all pools or none; expected true, or false also for {others}"
            yield Diagnostic(("pools", name, "repair"), message)
