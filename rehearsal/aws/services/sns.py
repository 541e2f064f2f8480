"""Topics of SNS, who may publish there and who hears of it."""

import json
from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, Set, State
from rehearsal.aws.services.kms import require_key
from rehearsal.aws.services.tagging import retagger

_TOPIC = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "fifoTopic": "FifoTopic",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
}
_SUBSCRIPTION = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
}
_OWNERS = "__default_statement_ID"  # of the policy that AWS gives a topic
_OF_OTHERS = ("policy", "deliveryPolicy")  # what a topic has where its program says nothing


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("sns", operation, **arguments)


def _attributes(inputs: Inputs, names: dict[str, str]) -> Answer:
    given = {there: _text(inputs[name]) for name, there in names.items() if name in inputs}
    return {"Attributes": given} if given else {}


def _set(operation: str, thing: str, name: str, attribute: str) -> Set:
    def settle(api: Api, id: str, inputs: Inputs) -> None:
        value = _text(inputs.get(name, ""))
        _call(api, operation, **{thing: id}, AttributeName=attribute, AttributeValue=value)

    return settle


def _read(api: Api, id: str, state: State) -> Answer | None:
    attributes: dict[str, str] = _call(api, "GetTopicAttributes", TopicArn=id)["Attributes"]
    found = {name: _value(attributes[there]) for name, there in _TOPIC.items() if there in attributes}
    for name in _OF_OTHERS:
        if name not in state:
            found.pop(name, None)
    return found | {
        "arn": id,
        "name": id.rpartition(":")[2],
        "owner": attributes["Owner"],
        "tags": _call(api, "ListTagsForResource", ResourceArn=id)["Tags"],
    }


def _policy(inputs: Inputs) -> Answer:
    return {"TopicArn": inputs["arn"], "AttributeName": "Policy", "AttributeValue": inputs["policy"]}


def _read_policy(api: Api, id: str, _state: State) -> Answer | None:
    attributes = _call(api, "GetTopicAttributes", TopicArn=id)["Attributes"]
    if _OWNERS in attributes["Policy"]:
        return None
    return {"arn": id, "policy": attributes["Policy"], "owner": attributes["Owner"]}


def _delete_policy(api: Api, id: str, state: State) -> None:
    """A topic always has one: its owner's."""
    policy = _standard_policy(id, state["owner"])
    _call(api, "SetTopicAttributes", TopicArn=id, AttributeName="Policy", AttributeValue=policy)


def _standard_policy(topic: str, owner: str) -> str:
    statement = {
        "Sid": _OWNERS,
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:SetTopicAttributes", "SNS:DeleteTopic"],
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": owner}},
    }
    return json.dumps({"Version": "2008-10-17", "Statement": [statement]})


def _read_subscription(api: Api, id: str, _state: State) -> Answer | None:
    attributes: dict[str, str] = _call(api, "GetSubscriptionAttributes", SubscriptionArn=id)["Attributes"]
    found = {name: _value(attributes[there]) for name, there in _SUBSCRIPTION.items() if there in attributes}
    return found | {
        "arn": id,
        "endpoint": attributes["Endpoint"],
        "protocol": attributes["Protocol"],
        "topic": attributes["TopicArn"],
        "ownerId": attributes["Owner"],
        "pendingConfirmation": attributes["PendingConfirmation"] == "true",
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(text: str) -> Any:
    return text == "true" if text in ("true", "false") else text


KINDS = (
    Kind(
        type="aws:sns/topic:Topic",
        service="sns",
        create="CreateTopic",
        identify=lambda _inputs, answer: answer["TopicArn"],
        read=_read,
        delete=lambda api, id, _state: _call(api, "DeleteTopic", TopicArn=id),
        shape=lambda inputs: _attributes(inputs, _TOPIC),
        shaped=frozenset(_TOPIC),
        setters={
            name: _set("SetTopicAttributes", "TopicArn", name, there)
            for name, there in _TOPIC.items()
            if name != "fifoTopic"
        },
        names=AutoName(),
        documents=frozenset({"policy", "deliveryPolicy"}),
        retag=retagger("sns"),
        references={"kmsMasterKeyId": require_key},
    ),
    Kind(
        type="aws:sns/topicPolicy:TopicPolicy",
        service="sns",
        create="SetTopicAttributes",
        identify=lambda inputs, _answer: inputs["arn"],
        read=_read_policy,
        delete=_delete_policy,
        shape=_policy,
        shaped=frozenset({"arn", "policy"}),
        puts=frozenset({"arn"}),
        documents=frozenset({"policy"}),
    ),
    Kind(
        type="aws:sns/topicSubscription:TopicSubscription",
        service="sns",
        create="Subscribe",
        identify=lambda _inputs, answer: answer["SubscriptionArn"],
        read=_read_subscription,
        delete=lambda api, id, _state: _call(api, "Unsubscribe", SubscriptionArn=id),
        renames={"topic": "TopicArn"},
        shape=lambda inputs: _attributes(inputs, _SUBSCRIPTION),
        shaped=frozenset(_SUBSCRIPTION),
        setters={
            name: _set("SetSubscriptionAttributes", "SubscriptionArn", name, there)
            for name, there in _SUBSCRIPTION.items()
        },
        documents=frozenset({"deliveryPolicy", "filterPolicy", "redrivePolicy"}),
    ),
)
