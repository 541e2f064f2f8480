"""Existing bucket of the account: pods mount it, and it is not changed."""

import pulumi

from gpu_cluster.aws.identity import policy_document
from gpu_cluster.aws.stores.bucket import mount_options
from gpu_cluster.capacity.bucket_access import bucket_access
from gpu_cluster.config.stores import S3
from gpu_cluster.kubernetes.storage.volume_source import VolumeSource


class ExistingBucket:
    """An existing bucket: its address for the CSI driver, and the driver's permissions.

    ExistingBucket("models", settings, region="us-east-2", gbps=10).objects
    # s3://example-models/team/
    """

    source: VolumeSource
    grant: pulumi.Output[str]
    """IAM policy, as JSON, for pods that mount the bucket."""

    objects: str
    """Address of what pods see."""

    def __init__(self, store: str, settings: S3, *, region: str, gbps: int) -> None:
        bucket, prefix = settings.bucket or "", settings.prefix or ""
        self.objects = f"s3://{bucket}/{prefix}"
        self.source = VolumeSource(
            # Two stores may be two prefixes of one bucket.
            f"{bucket}-{store}",
            {"bucketName": bucket, "authenticationSource": "driver"},
            (*mount_options(region, gbps), *([f"prefix {prefix}"] if prefix else [])),
        )
        self.grant = policy_document(*bucket_access(settings, region))
