"""Kubernetes version rules: supported versions, upgrade steps and kubelet skew."""

from gpu_cluster.catalog import KUBERNETES_VERSIONS
from gpu_cluster_tools.rehearsal.aws.api import ApiError

NEWEST = list(KUBERNETES_VERSIONS)[-1]

KUBELET_SKEW = 3
"""Minor versions that a kubelet may be behind its API server. Source: Kubernetes version skew policy."""


def minor(version: str) -> int:
    """Minor version of 1.35 or of an AMI release such as 1.35.4-20261105."""
    return int(version.split(".")[1])


def require_offered(version: str) -> None:
    if version not in KUBERNETES_VERSIONS:
        raise ApiError(
            "InvalidParameterException",
            f"unsupported Kubernetes version {version}; EKS offers {', '.join(KUBERNETES_VERSIONS)}",
        )


def require_step(old: str, new: str) -> None:
    """One minor version up at a time, never down."""
    require_offered(new)
    if minor(new) != minor(old) + 1:
        raise ApiError(
            "InvalidParameterException",
            f"Unsupported Kubernetes minor version update from {old} to {new}",
        )


def require_skew(cluster: str, nodes: str) -> None:
    """Nodes not newer than their control plane, and not too old for it."""
    if not 0 <= minor(cluster) - minor(nodes) <= KUBELET_SKEW:
        raise ApiError(
            "InvalidParameterException",
            f"Nodegroup Kubernetes version {nodes} is not supported with a control plane of version "
            f"{cluster}: it may be at most {KUBELET_SKEW} minor versions older and not newer",
        )
