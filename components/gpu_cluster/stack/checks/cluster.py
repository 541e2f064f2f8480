"""EKS cluster: supported version, API server access, access entries and compatible add-ons."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from gpu_cluster.catalog import ADDON_LEAST, ADDONS, KUBERNETES_VERSIONS
from gpu_cluster.catalog.limits import LIMITS
from gpu_cluster.catalog.today import today
from gpu_cluster.config.addons import AddonSettings
from gpu_cluster.config.eks import AccessPolicy, EksSettings
from gpu_cluster.config.pools import AmiFamily, PoolSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import CLOSE, did_you_mean, one_of

_OF_NAMESPACES = (AccessPolicy.ADMIN, AccessPolicy.EDIT, AccessPolicy.VIEW)
_WIDEST = {4: 8, 6: 16}
"""Shortest allowed prefix of a public range, by IP version."""
_LOCAL_IPV4 = [IPv4Network(it) for it in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")]
_LOCAL_IPV6 = IPv6Network("fc00::/7")
_MOST_BEHIND = 2
"""Kubernetes supports nodes up to three minor versions behind; one less allows the next control-plane
upgrade."""


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
    if ("cluster", "version") in broken:
        return
    if settings.version not in KUBERNETES_VERSIONS:
        yield Diagnostic(("cluster", "version"), _unknown_version(settings.version))
        return
    if problem := _ended(settings.version) or _out_of_support(settings):
        yield Diagnostic(("cluster", "version"), problem)
    yield from _addons(settings)
    for name, pool in stack.pools.items():
        if problem := _skew(pool, settings.version):
            yield Diagnostic(("pools", name, "ami", "release"), problem)


def _unknown_version(version: str) -> str:
    return f"EKS does not support Kubernetes {version}; expected {one_of(KUBERNETES_VERSIONS)}"


def _ended(version: str) -> str | None:
    """EKS creates no clusters of a version after extended support, and upgrades existing ones."""
    found, day = KUBERNETES_VERSIONS[version], today()
    if day <= found.extended_until:
        return None
    expected = one_of(name for name, it in KUBERNETES_VERSIONS.items() if day <= it.extended_until)
    return f"EKS supports Kubernetes {version} until {found.extended_until}; expected {expected}"


def _out_of_support(settings: EksSettings) -> str | None:
    version = KUBERNETES_VERSIONS[settings.version]
    if settings.support == "extended" or version.in_standard_support:
        return None
    supported = one_of(name for name, it in KUBERNETES_VERSIONS.items() if it.in_standard_support)
    return (
        f"standard support of {version.name} ended on {version.standard_until}; expected {supported}, or "
        f"support: extended, which ends on {version.extended_until}"
    )


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


def _addons(settings: EksSettings) -> Iterator[Diagnostic]:
    for name, given in settings.addons.items():
        keys: Keys = ("cluster", "addons", name)
        version = given.version
        if name not in ADDONS:
            yield from _declared_addon(name, given)
            continue
        if given.pod_identity:
            message = (
                f"the platform sets the role of {name}; expected an add-on that the platform does not install"
            )
            yield Diagnostic((*keys, "podIdentity"), message)
        if version is None:
            continue
        if name == "kube-proxy" and _minor(version) != settings.version:
            yield Diagnostic(keys, f"expected a {settings.version} version, as of the cluster, got {version}")
        elif (least := ADDON_LEAST.get(name)) and _parts(version) < _parts(least):
            yield Diagnostic(keys, f"expected {least} or later, required by the platform, got {version}")


def _declared_addon(name: str, given: AddonSettings) -> Iterator[Diagnostic]:
    """Add-on that is not in the catalog; `gpu-cluster doctor` checks with EKS that it exists."""
    keys: Keys = ("cluster", "addons", name)
    if near := did_you_mean(name, ADDONS, cutoff=CLOSE):
        yield Diagnostic(keys, f"unknown add-on '{name}'{near}")
    elif given.version is None:
        message = "required key is missing; version of the add-on, which is not in the catalog"
        yield Diagnostic((*keys, "version"), message)


def _iam(settings: EksSettings) -> Iterator[Diagnostic]:
    """The boundary must be in the account of the roles (IAM API, PutRolePermissionsBoundary, 2026-11-29)."""
    boundary = settings.iam.permissions_boundary
    account = boundary.split(":")[4] if boundary else "aws"
    if account not in (settings.account, "aws"):
        message = f"expected a policy of account {settings.account}, got {account}"
        yield Diagnostic(("cluster", "iam", "permissionsBoundary"), message)


def _skew(pool: PoolSettings, version: str) -> str | None:
    """Diagnostic of an incompatible Amazon Linux release; Bottlerocket has other release numbers."""
    release = pool.ami.release
    if release is None or pool.ami.family is not AmiFamily.AL2023 or not release.rpartition("-")[2].isdigit():
        return None
    behind = _parts(version)[1] - _parts(release)[1]
    if behind < 0:
        return (
            f"nodes of {_minor(release)} are newer than the cluster, which has {version}; upgrade the "
            "cluster first"
        )
    if behind > _MOST_BEHIND:
        return f"nodes of {_minor(release)} are {behind} behind the cluster, which has {version}; at most 2"
    return None


def _minor(version: str) -> str:
    """1.35 of v1.35.3-eksbuild.18."""
    return ".".join(version.removeprefix("v").split(".")[:2])


def _parts(version: str) -> tuple[int, ...]:
    """(1, 35, 3) of v1.35.3-eksbuild.18."""
    return tuple(int(part) for part in version.removeprefix("v").partition("-")[0].split("."))
