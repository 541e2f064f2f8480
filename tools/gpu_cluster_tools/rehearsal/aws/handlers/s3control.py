"""Bucket tags in the S3 Control API, which the provider calls before that of S3."""

from collections.abc import Mapping
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.router import ApiCall, Operation

_Tags = dict[str, str]


def list_tags(call: ApiCall) -> Mapping[str, Any]:
    return {"Tags": _pairs(_tags(call.api, _bucket(call)))}


def tag(call: ApiCall) -> Mapping[str, Any]:
    given = {pair["Key"]: pair["Value"] for pair in call.parameters["Tags"]}
    _put(call.api, _bucket(call), _tags(call.api, _bucket(call)) | given)
    return {}


def untag(call: ApiCall) -> Mapping[str, Any]:
    gone = call.parameters["TagKeys"]
    kept = {key: value for key, value in _tags(call.api, _bucket(call)).items() if key not in gone}
    _put(call.api, _bucket(call), kept)
    return {}


def _bucket(call: ApiCall) -> str:
    return call.parameters["ResourceArn"].rpartition(":")[2]


def _tags(api: Api, bucket: str) -> _Tags:
    try:
        found = api.call("s3", "GetBucketTagging", Bucket=bucket)["TagSet"]
    except ApiError as error:
        if error.code == "NoSuchTagSet":
            return {}
        raise
    return {pair["Key"]: pair["Value"] for pair in found}


def _put(api: Api, bucket: str, tags: _Tags) -> None:
    if tags:
        api.call("s3", "PutBucketTagging", Bucket=bucket, Tagging={"TagSet": _pairs(tags)})
    else:
        api.call("s3", "DeleteBucketTagging", Bucket=bucket)


def _pairs(tags: _Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


OPERATIONS: Mapping[str, Operation] = {
    "ListTagsForResource": list_tags,
    "TagResource": tag,
    "UntagResource": untag,
}
