"""IAM statements by which the S3 CSI driver mounts a bucket that exists."""

from typing import Any

from gpu_cluster.config.partition import partition_of
from gpu_cluster.config.stores import S3

READ = ["s3:GetObject"]
WRITE = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"]


def bucket_access(settings: S3, region: str) -> list[dict[str, Any]]:
    """Statements for its objects, and for its key as far as S3 of the region uses it: whether objects share a
    bucket key is not known."""
    arn, prefix = f"arn:{partition_of(region)}:s3:::{settings.bucket}", settings.prefix or ""
    listed: dict[str, Any] = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn}
    if prefix:
        listed["Condition"] = {"StringLike": {"s3:prefix": f"{prefix}*"}}
    objects = {
        "Effect": "Allow",
        "Action": [*READ, *(WRITE if settings.writable else ())],
        "Resource": f"{arn}/{prefix}*",
    }
    if not settings.key:
        return [listed, objects]
    decrypted = {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", *(["kms:GenerateDataKey"] if settings.writable else [])],
        "Resource": settings.key,
        "Condition": {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
    }
    return [listed, objects, decrypted]
