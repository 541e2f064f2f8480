"""The machine image of a pool's nodes on AWS."""

from gpu_cluster.catalog import AL2023_RELEASES
from gpu_cluster.config.pools import AmiFamily, PoolSettings


def ami_release(settings: PoolSettings, version: str) -> str | None:
    """Pinned AMI release for a Kubernetes version; None without one in stack or catalog, or for a custom
    image.

    ami_release(PoolSettings(instance="g6.xlarge", nodes=…), "1.35")  # 1.35.6-20260714
    """
    if settings.ami.id:
        return None
    if settings.ami.release or settings.ami.family is not AmiFamily.AL2023:
        return settings.ami.release
    return AL2023_RELEASES.get(version)


def kubelet_version(settings: PoolSettings, version: str) -> str:
    """Minor version of the kubelet: that of the release, which with Bottlerocket fits any cluster."""
    release = ami_release(settings, version)
    if settings.ami.family is not AmiFamily.AL2023 or release is None:
        return version
    return release.rpartition(".")[0]
