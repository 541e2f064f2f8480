"""Existing bucket of the account as a store."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from gpu_cluster.catalog.limits import policy_characters
from gpu_cluster.config.stores import S3
from gpu_cluster.kubernetes.storage import VolumeSource
from gpu_cluster.stack.checks.mounts import mount_characters
from tests.unit.gpu_cluster.aws.stores.made import ANSWERS, made, stores_of
from tests.unit.graph import graph_of

REGION, ACCOUNT = "eu-central-1", "123456789012"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"
BUCKET: dict[str, Any] = {"kind": "s3", "bucket": "example-models"}
ARN = "arn:aws:s3:::example-models"


def mounted(**settings: Any) -> tuple[VolumeSource, str]:
    """Volume source and the driver's policy, as JSON."""
    sources: list[VolumeSource] = []
    documents: list[str] = []

    def program() -> None:
        stores = stores_of({"models": {**BUCKET, **settings}})
        sources.append(stores.backing.sources["models"])
        policy: Any = stores.grants["aws-mountpoint-s3-csi-driver"]["models"]
        policy.apply(documents.append)

    graph_of(program, ANSWERS)
    return sources[0], documents[0]


def statements(**settings: Any) -> list[dict[str, Any]]:
    return json.loads(mounted(**settings)[1])["Statement"]


def test_existing_bucket_creates_no_resources() -> None:
    assert [it.type for it in made({"models": BUCKET}).made] == []


def test_existing_bucket_is_mounted_by_name_and_prefix() -> None:
    source, _ = mounted(prefix="team/models/")

    assert source.attributes == {"bucketName": "example-models", "authenticationSource": "driver"}
    assert source.mount_options == (
        f"region {REGION}",
        "maximum-throughput-gbps 100",
        "prefix team/models/",
    )
    assert source.handle == "example-models-models"


def test_driver_reads_only_the_existing_bucket() -> None:
    assert statements() == [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": ARN},
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"{ARN}/*"},
    ]


def test_driver_reads_and_lists_only_the_prefix() -> None:
    listed, objects = statements(prefix="models/")

    assert listed["Condition"] == {"StringLike": {"s3:prefix": "models/*"}}
    assert objects["Resource"] == f"{ARN}/models/*"


def test_existing_bucket_key_is_used_only_through_s3() -> None:
    [*_, decrypted] = statements(key=KEY, writable=True)

    assert decrypted == {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": KEY,
        "Condition": {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}},
    }


@pytest.mark.parametrize("settings", [{}, {"prefix": "models/", "key": KEY, "writable": True}])
def test_mount_policy_length_matches_the_check(settings: dict[str, Any]) -> None:
    model = S3.model_validate({**BUCKET, **settings})

    assert policy_characters(mounted(**settings)[1]) == mount_characters("models", model, REGION, ACCOUNT)


@pytest.mark.parametrize(
    ("prefix", "objects"), [(None, "s3://example-models/"), ("m/", "s3://example-models/m/")]
)
def test_lustre_links_to_the_existing_bucket(prefix: str | None, objects: str) -> None:
    models = {**BUCKET, **({"prefix": prefix} if prefix else {})}
    graph = made({"models": models, "datasets": {"kind": "fsx-lustre", "size": "1.2Ti", "s3": "models"}})

    assert graph.only("DataRepositoryAssociation")["dataRepositoryPath"] == objects


@pytest.mark.parametrize(
    "settings", [{"prefix": "m/"}, {"key": KEY}, {"bucket": "b-1", "oldVersionsDays": 9}]
)
def test_incompatible_bucket_keys_are_rejected(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        S3.model_validate({"kind": "s3", **settings})
