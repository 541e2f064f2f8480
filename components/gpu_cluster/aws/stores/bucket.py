"""A bucket of S3 that pods mount."""

from typing import Any

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import policy_document
from gpu_cluster.aws.logical_name import logical_name
from gpu_cluster.capacity.bucket_access import READ, WRITE
from gpu_cluster.config.stores import S3
from gpu_cluster.kubernetes.storage.volume_source import VolumeSource

_UPLOAD_DAYS = 7
"""An upload that is not finished by then will not be."""


class Bucket(pulumi.ComponentResource):
    """S3 bucket: encrypted, versioned, private, TLS only.

    Bucket("platform-stores-models", settings, key=keys.arns[Purpose.DATA], region="us-east-2", gbps=10,
           protect=True).name
    # platform-stores-models-bucket-4f2a91c
    """

    name: pulumi.Output[str]
    source: VolumeSource

    grant: pulumi.Output[str]
    """IAM policy, as JSON, for pods that mount the bucket."""

    objects: pulumi.Output[str]
    """Address of what pods see."""

    def __init__(
        self,
        name: str,
        settings: S3,
        *,
        key: pulumi.Input[str],
        region: str,
        gbps: int,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`gbps`: bandwidth of the fastest nodes that mount it."""
        super().__init__("gpu-cluster:index:Bucket", name, None, opts)
        # A bucket that refuses to go keeps what guards it.
        guard = pulumi.ResourceOptions(parent=self, protect=protect)

        named = logical_name("aws:s3/bucket:Bucket", f"{name}-bucket")
        bucket = aws.s3.Bucket(
            named.name,
            force_destroy=not protect,
            opts=pulumi.ResourceOptions(
                parent=self, protect=protect, retain_on_delete=protect, aliases=named.aliases
            ),
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=bucket.bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=guard,
        )
        closed = aws.s3.BucketPublicAccessBlock(
            f"{name}-public-access",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=guard,
        )
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=_by_tls(bucket.arn),
            # S3 refuses two changes of who gets in at once.
            opts=pulumi.ResourceOptions(parent=self, protect=protect, depends_on=[closed]),
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": key,
                    },
                    "bucket_key_enabled": True,
                }
            ],
            opts=guard,
        )
        versions = aws.s3.BucketVersioning(
            f"{name}-versions",
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=guard,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-expiry",
            bucket=bucket.bucket,
            rules=_expiry(settings.old_versions_days),
            opts=pulumi.ResourceOptions(parent=self, protect=protect, depends_on=[versions]),
        )

        self.name = bucket.bucket
        self.source = VolumeSource(
            self.name,
            {"bucketName": self.name, "authenticationSource": "driver"},
            mount_options(region, gbps),
        )
        self.objects = pulumi.Output.concat("s3://", self.name)
        self.grant = _mounted(bucket.arn, key, writable=settings.writable)
        self.register_outputs({"name": self.name})


def mount_options(region: str, gbps: int) -> tuple[str, ...]:
    """Mountpoint asks IMDS for both; at hop limit 1 it gets no answer, and takes 10 Gbps of any instance.

    Source: awslabs/mountpoint-s3, doc/CONFIGURATION.md, Region detection and Configuring Mountpoint
    performance; awslabs/mountpoint-s3-csi-driver, docs/CONFIGURATION.md, for IMDS and hop limits; 2026-11-28.
    """
    return f"region {region}", f"maximum-throughput-gbps {gbps}"


def _by_tls(arn: pulumi.Output[str]) -> pulumi.Output[str]:
    everything: dict[str, Any] = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, pulumi.Output.concat(arn, "/*")],
    }
    return policy_document(
        {**everything, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {**everything, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    )


def _expiry(days: int) -> list[aws.s3.BucketLifecycleConfigurationRuleArgsDict]:
    return [
        {
            "id": "unfinished-uploads",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "abort_incomplete_multipart_upload": {"days_after_initiation": _UPLOAD_DAYS},
        },
        {
            "id": "old-versions",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "noncurrent_version_expiration": {"noncurrent_days": days},
            "expiration": {"expired_object_delete_marker": True},
        },
    ]


def _mounted(arn: pulumi.Output[str], key: pulumi.Input[str], *, writable: bool) -> pulumi.Output[str]:
    """The key may be used only for objects of this bucket: S3 sends the bucket as encryption context."""
    return policy_document(
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn},
        {
            "Effect": "Allow",
            "Action": [*READ, *(WRITE if writable else ())],
            "Resource": pulumi.Output.concat(arn, "/*"),
        },
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", *(["kms:GenerateDataKey"] if writable else [])],
            "Resource": key,
            "Condition": {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": arn}},
        },
    )
