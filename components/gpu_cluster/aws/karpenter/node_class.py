"""The EC2NodeClass of a pool: image, disk, network and role."""

from typing import Any

import pulumi

from gpu_cluster.aws.nodes import NodeContext, user_data
from gpu_cluster.capacity import POOL_LABEL, Pool, ami_release, root_disk
from gpu_cluster.config.pools import AmiFamily, PoolSettings

_SYSTEM_GIB = 4  # of Bottlerocket: what Karpenter gives it by itself

# The policy of the EBS driver lets it attach volumes to instances with tag `eks:cluster-name`, which EKS sets
# on node groups alone, or this tag. Karpenter's own is `eks:eks-cluster-name`. Source: docs.aws.amazon.com,
# aws-managed-policy/latest/reference/AmazonEBSCSIDriverEKSClusterScopedPolicy, 2026-11-28.
_VOLUMES_OF = "ebs.csi.aws.com/cluster-name"


def node_class(
    pool: Pool, settings: PoolSettings, context: NodeContext, *, profile: pulumi.Input[str]
) -> dict[str, Any]:
    """The spec of an EC2NodeClass; `profile` is the name of an instance profile with the role of nodes."""
    reserved = settings.capacity.reserved
    return {
        **_image_terms(settings, context.version),
        "instanceProfile": profile,
        "subnetSelectorTerms": [{"id": context.subnets[zone]} for zone in pool.zones],
        "securityGroupSelectorTerms": [{"id": context.security_group}],
        **({"capacityReservationSelectorTerms": [{"id": reserved.id}]} if reserved else {}),
        "associatePublicIPAddress": False,
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpTokens": "required",
            "httpPutResponseHopLimit": 1,
        },
        "blockDeviceMappings": _disks(settings, context.volumes_key),
        **_local_disks(pool, settings),
        "kubelet": {"maxPods": pool.capacity.pods},
        "userData": user_data(pool, settings),
        "tags": {**context.tags, POOL_LABEL: pool.name, _VOLUMES_OF: context.cluster_name},
    }


def _image_terms(settings: PoolSettings, version: str) -> dict[str, Any]:
    """AMI selection: a pinned release, or a custom image with its family."""
    if settings.ami.id:
        family = "Bottlerocket" if settings.ami.family is AmiFamily.BOTTLEROCKET else "AL2023"
        return {"amiFamily": family, "amiSelectorTerms": [{"id": settings.ami.id}]}
    return {"amiSelectorTerms": [{"alias": _image(settings, version)}]}


def _image(settings: PoolSettings, version: str) -> str:
    """A pinned release as Karpenter spells it: `al2023@v20260714`, `bottlerocket@v1.63.0`."""
    kubernetes_or_system, _, day = (ami_release(settings, version) or "").partition("-")
    if settings.ami.family is AmiFamily.BOTTLEROCKET:
        return f"bottlerocket@v{kubernetes_or_system}"
    return f"al2023@v{day}"


def _disks(settings: PoolSettings, key: pulumi.Input[str]) -> list[dict[str, Any]]:
    """Bottlerocket has its system on one volume, and images, logs and pods on another."""
    disk = root_disk(settings)
    sized = {"volumeSize": f"{disk.size_gib}Gi", "iops": disk.iops, "throughput": disk.throughput}
    if settings.ami.family is AmiFamily.BOTTLEROCKET:
        return [
            {"deviceName": "/dev/xvda", "ebs": _encrypted(key) | {"volumeSize": f"{_SYSTEM_GIB}Gi"}},
            {"deviceName": "/dev/xvdb", "rootVolume": True, "ebs": _encrypted(key) | sized},
        ]
    return [{"deviceName": "/dev/xvda", "rootVolume": True, "ebs": _encrypted(key) | sized}]


def _local_disks(pool: Pool, settings: PoolSettings) -> dict[str, str]:
    """Let Karpenter count local disks, which the user data joins to one volume; otherwise it counts only the
    root disk.

    On Bottlerocket the policy would add a second bootstrap command for the same disks. Source:
    pkg/providers/instancetype/types.go and pkg/providers/amifamily/bootstrap of module
    github.com/aws/karpenter-provider-aws v1.13.0, 2026-11-29.
    """
    joined = settings.ami.family is not AmiFamily.BOTTLEROCKET and pool.server.nvme_gb > 0
    return {"instanceStorePolicy": "RAID0"} if joined else {}


def _encrypted(key: pulumi.Input[str]) -> dict[str, Any]:
    return {"volumeType": "gp3", "encrypted": True, "kmsKeyID": key, "deleteOnTermination": True}
