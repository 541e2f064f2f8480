import json
from typing import Any

import pytest

from tests.unit.gpu_cluster.aws.stores.made import ANSWERS, DATA_KEY, made, stores_of
from tests.unit.graph import graph_of

MODELS: dict[str, Any] = {"models": {"kind": "s3", "old_versions_days": 30}}
ARN = "arn:aws:s3:::models-1a2b3c4"


def grant(**settings: Any) -> list[dict[str, Any]]:
    """IAM statements of the driver that mounts the bucket."""
    documents: list[str] = []

    def program() -> None:
        policy: Any = stores_of({"models": {"kind": "s3", **settings}}).grants[
            "aws-mountpoint-s3-csi-driver"
        ]["models"]
        policy.apply(documents.append)

    graph_of(program, ANSWERS)
    return json.loads(documents[0])["Statement"]


def test_bucket_is_encrypted_with_the_data_key() -> None:
    [rule] = made(MODELS).only("BucketServerSideEncryptionConfiguration")["rules"]

    assert rule["applyServerSideEncryptionByDefault"] == {
        "sseAlgorithm": "aws:kms",
        "kmsMasterKeyId": DATA_KEY,
    }
    assert rule["bucketKeyEnabled"] is True


def test_bucket_blocks_public_access() -> None:
    graph = made(MODELS)
    block = graph.only("BucketPublicAccessBlock")

    assert {value for key, value in block.inputs.items() if key != "bucket"} == {True}
    assert graph.only("BucketOwnershipControls")["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    assert graph.waits_for(graph.only("BucketPolicy"), block)


def test_bucket_policy_denies_plain_text_and_tls_before_1_2() -> None:
    statements = json.loads(made(MODELS).only("BucketPolicy")["policy"])["Statement"]

    assert [it["Condition"] for it in statements] == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    ]
    for each in statements:
        assert (each["Effect"], each["Principal"], each["Action"]) == ("Deny", "*", "s3:*")
        assert each["Resource"] == [ARN, f"{ARN}/*"]


def test_noncurrent_object_versions_expire_after_the_configured_days() -> None:
    graph = made(MODELS)
    versions, expiry = graph.only("BucketVersioning"), graph.only("BucketLifecycleConfiguration")
    rules = {rule["id"]: rule for rule in expiry["rules"]}

    assert versions["versioningConfiguration"] == {"status": "Enabled"}
    assert rules["old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert rules["unfinished-uploads"]["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert graph.waits_for(expiry, versions)


def test_driver_reads_only_the_bucket_and_its_key() -> None:
    listed, objects, key = grant()

    assert (listed["Action"], listed["Resource"]) == ("s3:ListBucket", ARN)
    assert (objects["Action"], objects["Resource"]) == (["s3:GetObject"], f"{ARN}/*")
    assert (key["Action"], key["Resource"]) == (["kms:Decrypt"], DATA_KEY)
    assert key["Condition"] == {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": ARN}}


def test_driver_writes_to_a_writable_bucket() -> None:
    _, objects, key = grant(writable=True)

    assert {"s3:PutObject", "s3:DeleteObject"} < set(objects["Action"])
    assert "kms:GenerateDataKey" in key["Action"]


@pytest.mark.parametrize("protect", [True, False])
def test_bucket_protection_follows_the_stack(protect: bool) -> None:
    bucket = made(MODELS, protect=protect).only("s3:bucket:Bucket")

    assert (bucket.protected, bucket.retained) == (protect, protect)
    assert bucket["forceDestroy"] is not protect


def test_settings_of_a_protected_bucket_are_protected() -> None:
    """`pulumi destroy` keeps protected resources and deletes all others."""
    on_bucket = [it for it in made(MODELS).resources if it.type.startswith("aws:s3/bucket")]

    assert len(on_bucket) == 7
    assert all(it.protected for it in on_bucket)


def test_bucket_name_of_the_longest_key_fits_the_s3_limit() -> None:
    """S3 allows 63 characters; the engine's suffix has eight."""
    key = "m" * 32
    assert (
        len(made({key: {"kind": "s3"}}).only("s3:bucket:Bucket").name.replace("s-", "platform-stores-", 1))
        <= 55
    )
