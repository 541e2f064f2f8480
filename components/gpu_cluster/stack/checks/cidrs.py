"""CIDR ranges: no overlaps, and no combination that AWS refuses."""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from itertools import combinations

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.network import NetworkSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic, Keys, dotted

_SHARED = IPv4Network("100.64.0.0/10")
_FAMILIES = [IPv4Network(it) for it in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


_VPC: Keys = ("network", "cidr")
_PODS: Keys = ("network", "podCidr")


def cidrs(stack: Stack, settings: NetworkSettings, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    ranges = {
        keys: ip_network(cidr) for keys, cidr in _ranges(stack, settings) if not _is_broken(keys, broken)
    }
    for (one, network), (other, second) in combinations(ranges.items(), 2):
        if network.version == second.version and network.overlaps(second):
            yield Diagnostic(other, f"{second} overlaps {dotted(one)}, which is {network}")
    vpc, pods = ranges.get(_VPC), ranges.get(_PODS)
    if isinstance(vpc, IPv4Network) and isinstance(pods, IPv4Network):
        yield from _beside(vpc, pods)


def _ranges(stack: Stack, settings: NetworkSettings) -> Iterator[tuple[Keys, str]]:
    """Ranges with their keys, in order of precedence."""
    if settings.existing:
        yield from _listed(("network", "existing", "cidrs"), settings.existing.cidrs)
    else:
        yield _VPC, settings.cidr
        if settings.pod_cidr:
            yield _PODS, settings.pod_cidr
    if not isinstance(stack.cluster, EksSettings):
        return
    if stack.cluster.ip_family == "ipv4":
        yield ("cluster", "serviceCidr"), stack.cluster.service_cidr
    if remote := stack.cluster.remote_networks:
        yield from _listed(("cluster", "remoteNetworks", "nodes"), remote.nodes)
        yield from _listed(("cluster", "remoteNetworks", "pods"), remote.pods)


def _listed(keys: Keys, given: list[str]) -> Iterator[tuple[Keys, str]]:
    return (((*keys, position), cidr) for position, cidr in enumerate(given))


def _is_broken(keys: Keys, broken: frozenset[Keys]) -> bool:
    """Whether the file has an invalid value there."""
    return any(keys[:length] in broken for length in range(1, len(keys) + 1))


def _beside(vpc: IPv4Network, pods: IPv4Network) -> Iterator[Diagnostic]:
    """Source: VPC user guide, IPv4 CIDR block association restrictions, 2026-11-21."""
    own = next((family for family in _FAMILIES if vpc.subnet_of(family)), _SHARED)
    if not (pods.subnet_of(_SHARED) or pods.subnet_of(own)):
        allowed = dict.fromkeys([str(_SHARED), str(own)])
        message = f"AWS allows {' or '.join(allowed)} with {vpc}, got {pods}"
        yield Diagnostic(_PODS, message)
