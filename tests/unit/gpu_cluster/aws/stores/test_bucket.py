import json
from typing import Any

import pytest

from tests.unit.gpu_cluster.aws.stores.made import ANSWERS, DATA_KEY, made, stores_of
from tests.unit.graph import graph_of

MODELS: dict[str, Any] = {"models": {"kind": "s3", "old_versions_days": 30}}
ARN = "arn:aws:s3:::models-1a2b3c4"


def grant(**settings: Any) -> list[dict[str, Any]]:
    """Permissions of the driver that mounts the bucket."""
    documents: list[str] = []

    def program() -> None:
        policy: Any = stores_of({"models": {"kind": "s3", **settings}}).grants[
            "aws-mountpoint-s3-csi-driver"
        ]["models"]
        policy.apply(documents.append)

    graph_of(program, ANSWERS)
    return json.loads(documents[0])["Statement"]


def test_it_is_encrypted_with_the_key_of_data() -> None:
    [rule] = made(MODELS).only("BucketServerSideEncryptionConfiguration")["rules"]

    assert rule["applyServerSideEncryptionByDefault"] == {
        "sseAlgorithm": "aws:kms",
        "kmsMasterKeyId": DATA_KEY,
    }
    assert rule["bucketKeyEnabled"] is True


def test_public_access_is_blocked() -> None:
    graph = made(MODELS)
    block = graph.only("BucketPublicAccessBlock")

    assert {value for key, value in block.inputs.items() if key != "bucket"} == {True}
    assert graph.only("BucketOwnershipControls")["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    assert graph.waits_for(graph.only("BucketPolicy"), block)


def test_plain_text_and_old_tls_are_refused() -> None:
    statements = json.loads(made(MODELS).only("BucketPolicy")["policy"])["Statement"]

    assert [it["Condition"] for it in statements] == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    ]
    for each in statements:
        assert (each["Effect"], each["Principal"], each["Action"]) == ("Deny", "*", "s3:*")
        assert each["Resource"] == [ARN, f"{ARN}/*"]


def test_what_was_overwritten_is_kept_for_some_days() -> None:
    graph = made(MODELS)
    versions, expiry = graph.only("BucketVersioning"), graph.only("BucketLifecycleConfiguration")
    rules = {rule["id"]: rule for rule in expiry["rules"]}

    assert versions["versioningConfiguration"] == {"status": "Enabled"}
    assert rules["old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert rules["unfinished-uploads"]["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert graph.waits_for(expiry, versions)


def test_the_driver_reads_this_bucket_with_its_key_and_no_more() -> None:
    listed, objects, key = grant()

    assert (listed["Action"], listed["Resource"]) == ("s3:ListBucket", ARN)
    assert (objects["Action"], objects["Resource"]) == (["s3:GetObject"], f"{ARN}/*")
    assert (key["Action"], key["Resource"]) == (["kms:Decrypt"], DATA_KEY)
    assert key["Condition"] == {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": ARN}}


def test_the_driver_writes_where_the_stack_says_so() -> None:
    _, objects, key = grant(writable=True)

    assert {"s3:PutObject", "s3:DeleteObject"} < set(objects["Action"])
    assert "kms:GenerateDataKey" in key["Action"]


@pytest.mark.parametrize("protect", [True, False])
def test_it_stays_as_long_as_the_stack_is_protected(protect: bool) -> None:
    bucket = made(MODELS, protect=protect).only("s3:bucket:Bucket")

    assert (bucket.protected, bucket.retained) == (protect, protect)
    assert bucket["forceDestroy"] is not protect


def test_a_bucket_that_stays_keeps_what_guards_it() -> None:
    """An engine that is told to destroy all leaves what is protected, and takes the rest."""
    on_bucket = [it for it in made(MODELS).resources if it.type.startswith("aws:s3/bucket")]

    assert len(on_bucket) == 7
    assert all(it.protected for it in on_bucket)


def test_its_name_has_room_for_the_longest_key() -> None:
    """S3 takes 63 characters, of which eight are the engine's."""
    key = "m" * 32
    assert (
        len(made({key: {"kind": "s3"}}).only("s3:bucket:Bucket").name.replace("s-", "platform-stores-", 1))
        <= 55
    )
