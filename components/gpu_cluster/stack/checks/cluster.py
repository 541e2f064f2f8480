"""EKS cluster: API server access, access entries, IP family and permissions boundary."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from gpu_cluster.catalog.limits import LIMITS
from gpu_cluster.config.eks import AccessPolicy, EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import one_of

_OF_NAMESPACES = (AccessPolicy.ADMIN, AccessPolicy.EDIT, AccessPolicy.VIEW)
_WIDEST = {4: 8, 6: 16}
"""Shortest allowed prefix of a public range, by IP version."""
_LOCAL_IPV4 = [IPv4Network(it) for it in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")]
_LOCAL_IPV6 = IPv6Network("fc00::/7")


def cluster(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    settings = stack.cluster
    if not isinstance(settings, EksSettings):
        return
    yield from _access(settings, broken)
    yield from _endpoint(settings)
    yield from _callers(stack, settings)
    yield from _addresses(stack, settings)
    if ("cluster", "account") not in broken:
        yield from _iam(settings)


def _access(settings: EksSettings, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    names: dict[str, str] = {}
    for name, access in settings.access.items():
        keys: Keys = ("cluster", "access", name)
        account = access.principal.split(":")[4]
        if account != settings.account and ("cluster", "account") not in broken:
            message = f"expected one of account {settings.account}, got {account}"
            yield Diagnostic((*keys, "principal"), message)
        first = names.setdefault(access.principal, name)
        if first != name:
            yield Diagnostic(
                (*keys, "principal"), f"{first} has the same principal; a principal has one policy"
            )
        if access.namespaces and access.policy not in _OF_NAMESPACES:
            message = (
                f"{access.policy} applies to the whole cluster; namespaces requires policy "
                f"{one_of(_OF_NAMESPACES)}"
            )
            yield Diagnostic((*keys, "namespaces"), message)
    admins = [access for access in settings.access.values() if access.policy is AccessPolicy.CLUSTER_ADMIN]
    if not admins and ("cluster", "access") not in broken:
        message = "no entry has policy: cluster-admin, which the deploying principal needs"
        yield Diagnostic(("cluster", "access"), message)


def _endpoint(settings: EksSettings) -> Iterator[Diagnostic]:
    for position, cidr in enumerate(settings.endpoint.public):
        keys: Keys = ("cluster", "endpoint", "public", position)
        network = ip_network(cidr)
        if network.prefixlen < _WIDEST[network.version]:
            widest = _WIDEST[network.version]
            yield Diagnostic(
                keys, f"{cidr} is too large for a public range; expected your own networks, at most /{widest}"
            )
        elif network.version == 6 and settings.ip_family == "ipv4":
            yield Diagnostic(keys, f"{cidr} is IPv6; the endpoint supports IPv6 only with ipFamily: ipv6")
        elif _is_private(network):
            yield Diagnostic(keys, f"{cidr} is not a public address range; set it in endpoint.private")


def _callers(stack: Stack, settings: EksSettings) -> Iterator[Diagnostic]:
    """Private networks are rules of one security group; IPv4 and IPv6 are counted separately."""
    keys: Keys = ("cluster", "endpoint")
    public = len(set(settings.endpoint.public))
    if problem := LIMITS["api-server-public-networks"].problem(public):
        yield Diagnostic((*keys, "public"), problem)
    of_vpc = [*stack.network.ranges] if stack.network else []
    remote = settings.remote_networks
    of_site = [*remote.nodes, *remote.pods] if remote else []
    callers = {*of_vpc, *settings.endpoint.private, *of_site}
    for version, name in ((4, "IPv4"), (6, "IPv6")):
        count = sum(ip_network(cidr).version == version for cidr in callers)
        if problem := LIMITS["security-group-rules"].problem(count):
            message = f"{problem}; each {name} network of private, remoteNetworks and the VPC counts as one"
            yield Diagnostic((*keys, "private"), message)


def _is_private(network: IPv4Network | IPv6Network) -> bool:
    if isinstance(network, IPv6Network):
        return network.subnet_of(_LOCAL_IPV6)
    return any(network.subnet_of(it) for it in _LOCAL_IPV4)


def _addresses(stack: Stack, settings: EksSettings) -> Iterator[Diagnostic]:
    """Requirements and limits of IPv6."""
    if settings.ip_family == "ipv4":
        return
    network = stack.network
    if network and not (network.ipv6 or network.existing):
        yield Diagnostic(("cluster", "ipFamily"), "pods use VPC addresses; set network.ipv6: true")
    if network and network.pod_cidr:
        yield Diagnostic(
            ("network", "podCidr"), "not with cluster.ipFamily: ipv6, where pods have no IPv4 addresses"
        )
    if settings.remote_networks:
        yield Diagnostic(("cluster", "remoteNetworks"), "hybrid nodes support only IPv4, got ipFamily: ipv6")
    if (
        isinstance(ip_network(settings.service_cidr), IPv4Network)
        and "service_cidr" in settings.model_fields_set
    ):
        yield Diagnostic(
            ("cluster", "serviceCidr"), "only with ipFamily: ipv4; with ipv6, AWS chooses the range"
        )


def _iam(settings: EksSettings) -> Iterator[Diagnostic]:
    """The boundary must be in the account of the roles (IAM API, PutRolePermissionsBoundary, 2026-11-29)."""
    boundary = settings.iam.permissions_boundary
    account = boundary.split(":")[4] if boundary else "aws"
    if account not in (settings.account, "aws"):
        message = f"expected a policy of account {settings.account}, got {account}"
        yield Diagnostic(("cluster", "iam", "permissionsBoundary"), message)
