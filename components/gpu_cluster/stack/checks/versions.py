"""Kubernetes version of an EKS cluster, and the versions of add-ons and nodes that fit it."""

from collections.abc import Iterator

from gpu_cluster.catalog import ADDON_LEAST, ADDONS, KUBERNETES_VERSIONS
from gpu_cluster.catalog.today import today
from gpu_cluster.config.addons import AddonSettings
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.pools import AmiFamily, PoolSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import CLOSE, did_you_mean, one_of

_MOST_BEHIND = 2
"""Kubernetes supports nodes up to three minor versions behind; one less allows the next control-plane
upgrade."""


def versions(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    settings = stack.cluster
    if not isinstance(settings, EksSettings):
        return
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
