"""Buckets that a stack file names: in the account before the stack, and unchanged after it."""

from collections.abc import Iterable, Mapping
from typing import Any

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.stores import S3
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError

_OBJECT = "gpu-cluster-rehearsal"


def make_buckets(api: Api, stack: Stack) -> frozenset[str]:
    """Names of the buckets, which have an object each."""
    names = {it.bucket for it in stack.storage.values() if isinstance(it, S3) and it.bucket}
    here: Mapping[str, Any] = {} if api.region == "us-east-1" else {"LocationConstraint": api.region}
    for name in names:
        where = {"CreateBucketConfiguration": here} if here else {}
        api.call("s3", "CreateBucket", Bucket=name, **where)
        api.call("s3", "PutObject", Bucket=name, Key=_OBJECT, Body=b"kept")
    return frozenset(names)


def changed_buckets(api: Api, names: Iterable[str]) -> list[str]:
    """Messages on buckets that were deleted, or whose policy, lifecycle or versioning a stack changed."""
    return [problem for name in sorted(names) if (problem := _change(api, name))]


def _change(api: Api, name: str) -> str | None:
    try:
        api.call("s3", "GetObject", Bucket=name, Key=_OBJECT)
        versions = api.call("s3", "GetBucketVersioning", Bucket=name).get("Status")
    except ApiError as error:
        return f"existing bucket {name}: {error.message}"
    if versions or _has(api, "GetBucketPolicy", name) or _has(api, "GetBucketLifecycleConfiguration", name):
        return f"existing bucket {name} was changed"
    return None


def _has(api: Api, operation: str, name: str) -> bool:
    try:
        api.call("s3", operation, Bucket=name)
    except ApiError as error:
        if error.is_gone:
            return False
        raise
    return True
