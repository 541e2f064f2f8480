"""Existing buckets of a rehearsed stack, which must be unchanged after the rehearsal."""

from typing import Any

import pytest

from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.handlers import OPERATIONS
from gpu_cluster_tools.rehearsal.aws.moto_application import moto_application
from gpu_cluster_tools.rehearsal.aws.router import Router
from gpu_cluster_tools.rehearsal.prerequisites.existing_buckets import changed_buckets, make_buckets


@pytest.fixture
def api() -> Api:
    return Router(moto_application(), OPERATIONS).api("eu-central-1")


def stack_of(**storage: dict[str, Any]) -> Stack:
    cluster = {"provider": "existing"}
    return Stack.model_validate({"cluster": cluster, "pools": {}, "storage": storage})


def test_buckets_named_in_the_stack_file_are_created(api: Api) -> None:
    first, second = ({"kind": "s3", "bucket": "example-models", "prefix": it} for it in ("a/", "b/"))
    made = make_buckets(api, stack_of(first=first, second=second, own={"kind": "s3"}))

    assert made == {"example-models"}
    assert changed_buckets(api, made) == []


def test_deleted_or_changed_bucket_is_reported(api: Api) -> None:
    made = make_buckets(api, stack_of(models={"kind": "s3", "bucket": "example-weights"}))

    enabled = {"Status": "Enabled"}
    api.call("s3", "PutBucketVersioning", Bucket="example-weights", VersioningConfiguration=enabled)
    assert changed_buckets(api, made) == ["existing bucket example-weights was changed"]

    api.call("s3", "DeleteObject", Bucket="example-weights", Key="gpu-cluster-rehearsal")
    [problem] = changed_buckets(api, made)
    assert problem.startswith("existing bucket example-weights: ")
