"""Snapshots of disks."""

import pulumi

from gpu_cluster.kubernetes.object_metadata import metadata

_DEFAULT = "snapshot.storage.kubernetes.io/is-default-class"


def snapshot_class(name: str, *, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Default snapshot class of EBS volumes; snapshots are retained when their object is deleted.

    Its type comes with the snapshot-controller.
    """
    return pulumi.CustomResource(
        "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass",
        name,
        {
            "apiVersion": "snapshot.storage.k8s.io/v1",
            "kind": "VolumeSnapshotClass",
            "metadata": metadata("ebs", annotations={_DEFAULT: "true"}),
            "driver": "ebs.csi.aws.com",
            "deletionPolicy": "Retain",
        },
        opts,
    )
