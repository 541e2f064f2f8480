"""Buckets and what is set on them."""

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api, ApiError, parameters_of
from rehearsal.aws.kind import Answer, AutoName, Delete, Inputs, Kind, State
from rehearsal.aws.naming import to_service

_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("s3", operation, **arguments)


def _location(inputs: Inputs) -> Answer:
    """Where a new bucket is to be. One region is the default and must not be named."""
    region = inputs.get("region", "us-east-1")
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _bucket(inputs: Inputs, _answer: Answer) -> str:
    return inputs["bucket"]


def _require_bucket(api: Api, bucket: Any) -> None:
    _call(api, "HeadBucket", Bucket=bucket)


def _read_bucket(api: Api, id: str, _state: State) -> Answer | None:
    _call(api, "HeadBucket", Bucket=id)
    return {
        "bucket": id,
        "arn": f"arn:aws:s3:::{id}",
        "bucketDomainName": f"{id}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{id}.s3.{api.region}.amazonaws.com",
        "bucketRegion": api.region,
        "tags": _tags(api, id),
    }


def _delete_bucket(api: Api, id: str, state: State) -> None:
    if state.get("forceDestroy"):
        versions = _call(api, "ListObjectVersions", Bucket=id)
        for each in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]:
            _call(api, "DeleteObject", Bucket=id, Key=each["Key"], VersionId=each["VersionId"])
    _call(api, "DeleteBucket", Bucket=id)


def _set_destroy(_api: Api, _id: str, _inputs: Inputs) -> None:
    """The account never hears of it: it says what this provider does when the bucket goes."""


def _tags(api: Api, id: str) -> list[dict[str, str]]:
    try:
        return _call(api, "GetBucketTagging", Bucket=id)["TagSet"]
    except ApiError as error:
        if error.code != "NoSuchTagSet":
            raise
        return []


def _retag(api: Api, id: str, _state: State, tags: Mapping[str, str], _gone: list[str]) -> None:
    if tags:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        _call(api, "PutBucketTagging", Bucket=id, Tagging={"TagSet": pairs})
    else:
        _call(api, "DeleteBucketTagging", Bucket=id)


def _deleter(operation: str) -> Delete:
    return lambda api, id, _state: _call(api, operation, Bucket=id)


def _versioning(inputs: Inputs) -> Answer:
    given = inputs["versioningConfiguration"]
    return {"VersioningConfiguration": {"Status": given["status"]}}


def _read_versioning(api: Api, id: str, _state: State) -> Answer | None:
    status = _call(api, "GetBucketVersioning", Bucket=id).get("Status")
    return {"bucket": id, "versioningConfiguration": {"status": status}} if status else None


def _delete_versioning(api: Api, id: str, _state: State) -> None:
    """Versions cannot be undone: what can be is that there come more."""
    _call(api, "PutBucketVersioning", Bucket=id, VersioningConfiguration={"Status": "Suspended"})


def _in_words_of(operation: str, parameter: str, given: Answer) -> Answer:
    """A parameter with members under the engine's names."""
    return {parameter: to_service(given, parameters_of("s3", operation).members[parameter])}


def _encryption(inputs: Inputs) -> Answer:
    rules = {"rules": inputs["rules"]}
    return _in_words_of("PutBucketEncryption", "ServerSideEncryptionConfiguration", rules)


def _read_encryption(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "GetBucketEncryption", Bucket=id)["ServerSideEncryptionConfiguration"]
    return found | {"bucket": id}


def _blocks(inputs: Inputs) -> Answer:
    given = {name: inputs.get(name, False) for name in _BLOCKS}
    return _in_words_of("PutPublicAccessBlock", "PublicAccessBlockConfiguration", given)


def _read_blocks(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "GetPublicAccessBlock", Bucket=id)["PublicAccessBlockConfiguration"]
    return found | {"bucket": id}


def _ownership(inputs: Inputs) -> Answer:
    return _in_words_of("PutBucketOwnershipControls", "OwnershipControls", {"rules": [inputs["rule"]]})


def _read_ownership(api: Api, id: str, _state: State) -> Answer | None:
    [rule] = _call(api, "GetBucketOwnershipControls", Bucket=id)["OwnershipControls"]["Rules"]
    return {"bucket": id, "rule": rule}


def _read_policy(api: Api, id: str, _state: State) -> Answer | None:
    return {"bucket": id, "policy": _call(api, "GetBucketPolicy", Bucket=id)["Policy"]}


def _lifecycle(inputs: Inputs) -> Answer:
    rules = {"rules": inputs["rules"]}
    return _in_words_of("PutBucketLifecycleConfiguration", "LifecycleConfiguration", rules)


def _read_lifecycle(api: Api, id: str, _state: State) -> Answer | None:
    return _call(api, "GetBucketLifecycleConfiguration", Bucket=id) | {"bucket": id}


_OF_BUCKET = frozenset({"bucket"})
_BUCKET_EXISTS = {"bucket": _require_bucket}

KINDS = (
    Kind(
        type="aws:s3/bucket:Bucket",
        service="s3",
        create="CreateBucket",
        identify=_bucket,
        read=_read_bucket,
        delete=_delete_bucket,
        renames={"objectLockEnabled": "ObjectLockEnabledForBucket"},
        shape=_location,
        setters={"forceDestroy": _set_destroy},
        names=AutoName("bucket", lower=True),
        retag=_retag,
    ),
    Kind(
        type="aws:s3/bucketVersioning:BucketVersioning",
        service="s3",
        create="PutBucketVersioning",
        identify=_bucket,
        read=_read_versioning,
        delete=_delete_versioning,
        shape=_versioning,
        shaped=frozenset({"versioningConfiguration"}),
        puts=_OF_BUCKET,
        references=_BUCKET_EXISTS,
    ),
    Kind(
        type="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        service="s3",
        create="PutBucketEncryption",
        identify=_bucket,
        read=_read_encryption,
        delete=_deleter("DeleteBucketEncryption"),
        shape=_encryption,
        shaped=frozenset({"rules"}),
        puts=_OF_BUCKET,
        references=_BUCKET_EXISTS,
    ),
    Kind(
        type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        service="s3",
        create="PutPublicAccessBlock",
        identify=_bucket,
        read=_read_blocks,
        delete=_deleter("DeletePublicAccessBlock"),
        shape=_blocks,
        shaped=frozenset(_BLOCKS),
        puts=_OF_BUCKET,
        references=_BUCKET_EXISTS,
    ),
    Kind(
        type="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        service="s3",
        create="PutBucketOwnershipControls",
        identify=_bucket,
        read=_read_ownership,
        delete=_deleter("DeleteBucketOwnershipControls"),
        shape=_ownership,
        shaped=frozenset({"rule"}),
        puts=_OF_BUCKET,
        references=_BUCKET_EXISTS,
    ),
    Kind(
        type="aws:s3/bucketPolicy:BucketPolicy",
        service="s3",
        create="PutBucketPolicy",
        identify=_bucket,
        read=_read_policy,
        delete=_deleter("DeleteBucketPolicy"),
        puts=_OF_BUCKET,
        documents=frozenset({"policy"}),
        references=_BUCKET_EXISTS,
    ),
    Kind(
        type="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        service="s3",
        create="PutBucketLifecycleConfiguration",
        identify=_bucket,
        read=_read_lifecycle,
        delete=_deleter("DeleteBucketLifecycle"),
        shape=_lifecycle,
        shaped=frozenset({"rules"}),
        puts=_OF_BUCKET,
        references=_BUCKET_EXISTS,
    ),
)
