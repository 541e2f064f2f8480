"""Add-ons of Amazon EKS that the platform installs, and the version of each for every Kubernetes version."""

from collections.abc import Mapping
from datetime import date

from gpu_cluster.catalog.source import Source

ADDON_SOURCES = {
    "by Kubernetes version": Source(
        "answers of DescribeAddonVersions and running clusters of 1.31 to 1.36, as users published them",
        date(2026, 8, 4),
    ),
    "aws-fsx-csi-driver": Source(
        "configurations of clusters with v1.9.0-eksbuild.1, as users published them", date(2026, 11, 29)
    ),
    "aws-mountpoint-s3-csi-driver": Source(
        "configurations of clusters with v2.5.0-eksbuild.1, as users published them; v2.6.0 was not seen",
        date(2026, 11, 29),
    ),
    "eks-node-monitoring-agent": Source(
        "aws/eks-node-monitoring-agent v1.6.6, on clusters of 1.35", date(2026, 8, 4)
    ),
    "least": Source(
        "release notes of the add-ons: the policy of one cluster, affinity of dcgmAgent, hybrid nodes",
        date(2026, 8, 18),
    ),
}

_SAME_FOR_ALL = {
    "vpc-cni": "v1.22.4-eksbuild.3",
    "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
    "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
    "aws-efs-csi-driver": "v3.4.1-eksbuild.1",
    "aws-fsx-csi-driver": "v1.9.0-eksbuild.1",
    "aws-mountpoint-s3-csi-driver": "v2.5.0-eksbuild.1",
    "snapshot-controller": "v8.6.0-eksbuild.4",
    "eks-node-monitoring-agent": "v1.6.6-eksbuild.1",
}

_BY_KUBERNETES = ("kube-proxy", "coredns", "metrics-server")
# Kubernetes  kube-proxy           coredns              metrics-server
_TABLE = """
1.31          v1.31.14-eksbuild.25 v1.11.4-eksbuild.40  v0.8.1-eksbuild.14
1.32          v1.32.13-eksbuild.21 v1.11.4-eksbuild.40  v0.8.1-eksbuild.14
1.33          v1.33.10-eksbuild.18 v1.13.2-eksbuild.11  v0.8.1-eksbuild.14
1.34          v1.34.6-eksbuild.18  v1.13.2-eksbuild.11  v0.9.0-eksbuild.5
1.35          v1.35.3-eksbuild.18  v1.14.3-eksbuild.3   v0.9.0-eksbuild.5
1.36          v1.36.0-eksbuild.13  v1.14.3-eksbuild.3   v0.9.0-eksbuild.5
"""


def _rows() -> dict[str, dict[str, str]]:
    rows = (line.split() for line in filter(None, _TABLE.splitlines()))
    return {
        kubernetes: dict(zip(_BY_KUBERNETES, versions, strict=True)) | _SAME_FOR_ALL
        for kubernetes, *versions in rows
    }


ADDON_VERSIONS: Mapping[str, Mapping[str, str]] = _rows()
"""Version by add-on, by Kubernetes version."""

ADDONS = (*_BY_KUBERNETES, *_SAME_FOR_ALL)
"""Every add-on that the platform can install."""

ADDON_LEAST: Mapping[str, str] = {
    "aws-ebs-csi-driver": "v1.58.0",
    "eks-node-monitoring-agent": "v1.6.3",
    "eks-pod-identity-agent": "v1.3.3",
}
"""First version of an add-on that can do what the platform asks of it."""
