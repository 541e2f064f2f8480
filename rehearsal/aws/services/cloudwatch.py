"""Log groups of CloudWatch."""

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State
from rehearsal.aws.services.kms import require_key


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("logs", operation, **arguments)


def _set_retention(api: Api, id: str, inputs: Inputs) -> None:
    if days := inputs.get("retentionInDays"):
        _call(api, "PutRetentionPolicy", logGroupName=id, retentionInDays=days)
    else:
        _call(api, "DeleteRetentionPolicy", logGroupName=id)


def _set_key(api: Api, id: str, inputs: Inputs) -> None:
    if key := inputs.get("kmsKeyId"):
        _call(api, "AssociateKmsKey", logGroupName=id, kmsKeyId=key)
    else:
        _call(api, "DisassociateKmsKey", logGroupName=id)


def _set_destroy(_api: Api, _id: str, _inputs: Inputs) -> None:
    """The account never hears of it: it says what this provider does when the group goes."""


def _read(api: Api, id: str, _state: State) -> Answer | None:
    groups: list[Answer] = _call(api, "DescribeLogGroups", logGroupNamePrefix=id)["logGroups"]
    group = next((each for each in groups if each["logGroupName"] == id), None)
    if group is None:
        return None
    arn = group["arn"].removesuffix(":*")
    return group | {
        "arn": arn,
        "name": id,
        "retentionInDays": group.get("retentionInDays", 0),
        "tags": _call(api, "ListTagsForResource", resourceArn=arn)["tags"],
    }


def _delete(api: Api, id: str, state: State) -> None:
    if not state.get("skipDestroy"):
        _call(api, "DeleteLogGroup", logGroupName=id)


def _retag(api: Api, _id: str, state: State, tags: Mapping[str, str], gone: list[str]) -> None:
    if gone:
        _call(api, "UntagResource", resourceArn=state["arn"], tagKeys=gone)
    if tags:
        _call(api, "TagResource", resourceArn=state["arn"], tags=dict(tags))


KINDS = (
    Kind(
        type="aws:cloudwatch/logGroup:LogGroup",
        service="logs",
        create="CreateLogGroup",
        identify=lambda inputs, _answer: inputs["name"],
        read=_read,
        delete=_delete,
        renames={"name": "logGroupName"},
        setters={"retentionInDays": _set_retention, "kmsKeyId": _set_key, "skipDestroy": _set_destroy},
        names=AutoName(),
        retag=_retag,
        references={"kmsKeyId": require_key},
    ),
)
