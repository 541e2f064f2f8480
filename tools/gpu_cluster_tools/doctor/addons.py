"""Builds of add-ons: whether EKS offers those that the stack installs."""

from collections.abc import Iterator
from typing import Any

from gpu_cluster.catalog import ADDON_VERSIONS, ADDONS
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, Group

_ADDONS = Group("add-ons")
_NAME = "builds"
_ALWAYS = (
    "vpc-cni",
    "kube-proxy",
    "eks-pod-identity-agent",
    "coredns",
    "metrics-server",
    "eks-node-monitoring-agent",
)


def addons(stack: Stack, aws: Aws | None) -> Iterator[Check]:
    """Fails for each build that EKS does not offer: its creation would be refused.

    AWS publishes no list, so that the catalog's builds are those that users named. `UnreachableError` as of
    `Aws.call`.
    """
    settings = stack.cluster
    if not isinstance(settings, EksSettings):
        return
    wanted = installed(settings, stack)
    if aws is None:
        yield _ADDONS.skip(_NAME, "the available builds can only be checked with AWS credentials")
        return
    missing = list[Check]()
    try:
        for name, version in wanted.items():
            offered = _offered(name, settings.version, aws)
            if version not in offered:
                missing.append(_missing(name, version, settings.version, offered))
    except AwsCallError as error:
        yield _ADDONS.skip(_NAME, str(error))
        return
    yield from missing or [_ADDONS.ok(_NAME, f"EKS offers all {len(wanted)} versions")]


def installed(settings: EksSettings, stack: Stack) -> dict[str, str]:
    """Versions by add-on: pinned by the stack, or from the catalog."""
    from gpu_cluster.kubernetes.storage import csi_addons  # loads the SDKs

    names = (
        *_ALWAYS,
        *sorted(csi_addons(stack.storage)),
        *(it for it in settings.addons if it not in ADDONS),
    )
    pinned = {name: given.version for name, given in settings.addons.items() if given.version}
    return {name: pinned.get(name) or ADDON_VERSIONS[settings.version][name] for name in names}


def _offered(name: str, kubernetes: str, aws: Aws) -> list[str]:
    """Builds for this version of Kubernetes, as AWS lists them: newest first."""
    found: list[dict[str, Any]] = aws.all_of(
        "eks", "describe_addon_versions", "addons", addonName=name, kubernetesVersion=kubernetes
    )
    return [build["addonVersion"] for addon in found for build in addon["addonVersions"]]


def _missing(name: str, version: str, kubernetes: str, offered: list[str]) -> Check:
    advice = f"gpu-cluster:cluster.addons.{name}: {offered[0]}" if offered else "choose another region"
    return _ADDONS.fail(name, f"EKS offers no {version} for Kubernetes {kubernetes}", advice)
