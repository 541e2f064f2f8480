"""Queues of SQS and their policies."""

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State
from rehearsal.aws.services.kms import require_key

_ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
_STANDARD = {
    "contentBasedDeduplication": False,
    "delaySeconds": 0,
    "kmsDataKeyReusePeriodSeconds": 300,
    "kmsMasterKeyId": "",
    "maxMessageSize": 1_048_576,
    "messageRetentionSeconds": 345_600,
    "policy": "",
    "receiveWaitTimeSeconds": 0,
    "redriveAllowPolicy": "",
    "redrivePolicy": "",
    "visibilityTimeoutSeconds": 30,
}
"""What an attribute is again once the program drops it: what a new queue has."""

_FIXED = {"fifoQueue"}


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("sqs", operation, **arguments)


def _create(inputs: Inputs) -> Answer:
    attributes = {name: _text(inputs[given]) for given, name in _ATTRIBUTES.items() if given in inputs}
    return {"Attributes": attributes} if attributes else {}


def _url(inputs: Inputs, answer: Answer) -> str:
    """As AWS has it; the account would answer with its own address, and takes any."""
    account, name = answer["QueueUrl"].split("/")[-2:]
    return f"https://sqs.{inputs['region']}.amazonaws.com/{account}/{name}"


def _set(api: Api, id: str, inputs: Inputs) -> None:
    wanted = {name: inputs[name] for name in _ATTRIBUTES.keys() - _FIXED if name in inputs}
    attributes = {_ATTRIBUTES[name]: _text(value) for name, value in (_STANDARD | wanted).items()}
    _call(api, "SetQueueAttributes", QueueUrl=id, Attributes=attributes)


def _read(api: Api, id: str, state: State) -> Answer | None:
    attributes: dict[str, str] = _call(api, "GetQueueAttributes", QueueUrl=id, AttributeNames=["All"])[
        "Attributes"
    ]
    found = {name: _value(attributes[there]) for name, there in _ATTRIBUTES.items() if there in attributes}
    if "policy" not in state:
        found.pop("policy", None)  # that of a QueuePolicy would look like drift
    return found | {
        "name": id.rpartition("/")[2],
        "url": id,
        "arn": attributes["QueueArn"],
        "tags": _call(api, "ListQueueTags", QueueUrl=id).get("Tags", {}),
    }


def _delete(api: Api, id: str, _state: State) -> None:
    _call(api, "DeleteQueue", QueueUrl=id)


def _retag(api: Api, id: str, _state: State, tags: Mapping[str, str], gone: list[str]) -> None:
    if gone:
        _call(api, "UntagQueue", QueueUrl=id, TagKeys=gone)
    if tags:
        _call(api, "TagQueue", QueueUrl=id, Tags=dict(tags))


def _require_dead_letters(api: Api, policy: Any) -> None:
    """The queue that takes what nobody could handle, of the same account and region."""
    arn: str = json.loads(policy).get("deadLetterTargetArn", "")
    try:
        _call(api, "GetQueueUrl", QueueName=arn.rpartition(":")[2])
    except ApiError as error:
        reason = "Reason: Dead letter target does not exist."
        words = f"Value {policy} for parameter RedrivePolicy is invalid. {reason}"
        raise ApiError("InvalidParameterValue", words) from error


def _set_policy(inputs: Inputs) -> Answer:
    return {"Attributes": {"Policy": inputs["policy"]}}


def _read_policy(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "GetQueueAttributes", QueueUrl=id, AttributeNames=["Policy"]).get("Attributes", {})
    return {"queueUrl": id, "policy": found["Policy"]} if found.get("Policy") else None


def _delete_policy(api: Api, id: str, _state: State) -> None:
    _call(api, "SetQueueAttributes", QueueUrl=id, Attributes={"Policy": ""})


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdecimal() else text


KINDS = (
    Kind(
        type="aws:sqs/queue:Queue",
        service="sqs",
        create="CreateQueue",
        identify=_url,
        read=_read,
        delete=_delete,
        renames={"name": "QueueName"},
        shape=_create,
        shaped=frozenset(_ATTRIBUTES),
        setters=dict.fromkeys(sorted(_ATTRIBUTES.keys() - _FIXED), _set),
        names=AutoName(),
        documents=frozenset({"policy", "redrivePolicy", "redriveAllowPolicy"}),
        retag=_retag,
        references={"kmsMasterKeyId": require_key, "redrivePolicy": _require_dead_letters},
        bounds={
            "delaySeconds": range(900),
            "kmsDataKeyReusePeriodSeconds": range(60, 86_400),
            "maxMessageSize": range(1024, 1_048_576),
            "messageRetentionSeconds": range(60, 1_209_600),
            "receiveWaitTimeSeconds": range(20),
            "visibilityTimeoutSeconds": range(43_200),
        },
    ),
    Kind(
        type="aws:sqs/queuePolicy:QueuePolicy",
        service="sqs",
        create="SetQueueAttributes",
        identify=lambda inputs, _answer: inputs["queueUrl"],
        read=_read_policy,
        delete=_delete_policy,
        shape=_set_policy,
        shaped=frozenset({"policy"}),
        puts=frozenset({"queueUrl"}),
        documents=frozenset({"policy"}),
    ),
)
