"""Machine images of Amazon EKS: which one an instance type runs, and from which release on."""

from datetime import date

from gpu_cluster.catalog.instances import Instance
from gpu_cluster.catalog.source import Source

AMI_SOURCES = {
    "types": Source("botocore 1.44.5, eks AMITypes", date(2026, 11, 21)),
    "releases of AL2023": Source("awslabs/amazon-eks-ami CHANGELOG.md, v20260714", date(2026, 7, 14)),
    "g7 on AL2023": Source("awslabs/amazon-eks-ami issue 2768, on release v20260917", date(2026, 9, 21)),
    "g7 on Bottlerocket": Source("awslabs/amazon-eks-ami pull request 2747", date(2026, 6, 24)),
    "driver 580 of Bottlerocket": Source(
        "github.com/bottlerocket-os/bottlerocket/releases/tag/v1.53.0", date(2026, 1, 14)
    ),
    "device plugin of Bottlerocket": Source(
        "bottlerocket.dev/en/os/1.54.x/api/settings/kubelet-device-plugins", date(2026, 11, 28)
    ),
}

AL2023_RELEASES = {
    "1.31": "1.31.14-20260714",
    "1.32": "1.32.13-20260714",
    "1.33": "1.33.13-20260714",
    "1.34": "1.34.9-20260714",
    "1.35": "1.35.6-20260714",
    "1.36": "1.36.2-20260714",
}
"""Release of Amazon Linux 2023 by Kubernetes version, where a stack names none; with NVIDIA driver 580."""

_AL2023_SINCE = {"g7": "20260917"}
"""First release with a driver for the family; every release has one for the others."""

_NOT_ON_BOTTLEROCKET = {"g7"}
"""Families that require driver 595, which Bottlerocket does not ship."""

_BOTTLEROCKET_SINCE = (1, 54)
"""First release with driver 580 whose built-in device plugin supports time-slicing and MPS."""


def ami_type(family: str, instance: Instance) -> str:
    """AMI type of EKS: ami_type("al2023", INSTANCES["g6.xlarge"])  # AL2023_x86_64_NVIDIA"""
    architecture = "ARM_64" if instance.architecture == "arm64" else "x86_64"
    if family == "bottlerocket":
        return f"BOTTLEROCKET_{architecture}{'_NVIDIA' if instance.gpu else ''}"
    return f"AL2023_{architecture}_{'NVIDIA' if instance.gpu else 'STANDARD'}"


def ami_problem(family: str, release: str, instance: Instance) -> str | None:
    """Reason why the instance type cannot run this release; None if it can.

    ami_problem("al2023", "1.35.6-20260714", INSTANCES["g7.2xlarge"])
    # "g7.2xlarge has a driver from 20260917 on, got 1.35.6-20260714"
    """
    kind = instance.name.partition(".")[0]
    version, _, build = release.partition("-")
    if family == "bottlerocket":
        return _bottlerocket_problem(version, release, instance, kind)
    if len(build) != len("20260714") or not build.isdigit():
        return f"expected a release of al2023 such as 1.35.6-20260714, got '{release}'"
    since = _AL2023_SINCE.get(kind, "")
    return f"{instance.name} has a driver from {since} on, got {release}" if build < since else None


def _bottlerocket_problem(version: str, release: str, instance: Instance, kind: str) -> str | None:
    if kind in _NOT_ON_BOTTLEROCKET:
        return f"no release of bottlerocket has a driver for {instance.name}; expected family al2023"
    major, minor, _ = map(int, version.split("."))
    if instance.gpu and (major, minor) < _BOTTLEROCKET_SINCE:
        return f"expected a release of bottlerocket from 1.54 on, with driver 580 and MPS; got '{release}'"
    return None
