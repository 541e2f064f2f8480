"""Rules of EventBridge and where they send events."""

from typing import Any

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State, provider_only
from rehearsal.aws.services.iam import require_role
from rehearsal.aws.services.tagging import retagger

_DEFAULT_BUS = "default"
_TARGET = {
    "targetId": "Id",
    "arn": "Arn",
    "roleArn": "RoleArn",
    "input": "Input",
    "inputPath": "InputPath",
}
"""What a target takes as it is. What is nested follows below."""

_NESTED = {
    "deadLetterConfig": ("DeadLetterConfig", {"arn": "Arn"}),
    "inputTransformer": (
        "InputTransformer",
        {"inputPaths": "InputPathsMap", "inputTemplate": "InputTemplate"},
    ),
    "retryPolicy": (
        "RetryPolicy",
        {
            "maximumEventAgeInSeconds": "MaximumEventAgeInSeconds",
            "maximumRetryAttempts": "MaximumRetryAttempts",
        },
    ),
    "sqsTarget": ("SqsParameters", {"messageGroupId": "MessageGroupId"}),
}


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("events", operation, **arguments)


def _id(inputs: Inputs, name: str) -> str:
    bus = inputs.get("eventBusName", _DEFAULT_BUS)
    return name if bus == _DEFAULT_BUS else f"{bus}/{name}"


def _bus(state: State) -> str:
    return state.get("eventBusName") or _DEFAULT_BUS


def _rule_state(inputs: Inputs) -> Answer:
    if "isEnabled" in inputs:
        return {"State": "ENABLED" if inputs["isEnabled"] else "DISABLED"}
    return {"State": inputs.get("state", "ENABLED")}


def _read_rule(api: Api, id: str, state: State) -> Answer | None:
    name = id.rpartition("/")[2]
    rule = _call(api, "DescribeRule", Name=name, EventBusName=_bus(state))
    return rule | {
        "isEnabled": rule["State"] == "ENABLED",
        "tags": _call(api, "ListTagsForResource", ResourceARN=rule["Arn"])["Tags"],
    }


def _delete_rule(api: Api, id: str, state: State) -> None:
    name, bus = id.rpartition("/")[2], _bus(state)
    if state.get("forceDestroy"):
        targets = _call(api, "ListTargetsByRule", Rule=name, EventBusName=bus)["Targets"]
        if ids := [target["Id"] for target in targets]:
            _call(api, "RemoveTargets", Rule=name, EventBusName=bus, Ids=ids)
    _call(api, "DeleteRule", Name=name, EventBusName=bus)


def _target(inputs: Inputs) -> Answer:
    target: Answer = {parameter: inputs[name] for name, parameter in _TARGET.items() if name in inputs}
    for name, (parameter, parts) in _NESTED.items():
        if name in inputs:
            nested = inputs[name]
            target[parameter] = {there: nested[here] for here, there in parts.items() if here in nested}
    return {"Targets": [target]}


def _identify_target(inputs: Inputs, answer: Answer) -> str:
    for failure in answer.get("FailedEntries", []):
        raise ApiError(failure["ErrorCode"], failure["ErrorMessage"])
    return _id(inputs, f"{inputs['rule']}-{inputs['targetId']}")


def _read_target(api: Api, _id: str, state: State) -> Answer | None:
    rule, bus = state["rule"], _bus(state)
    targets: list[Answer] = _call(api, "ListTargetsByRule", Rule=rule, EventBusName=bus)["Targets"]
    found = next((each for each in targets if each["Id"] == state["targetId"]), None)
    if found is None:
        return None
    target: Answer = {name: found[there] for name, there in _TARGET.items() if there in found}
    for name, (parameter, parts) in _NESTED.items():
        if nested := found.get(parameter):
            target[name] = {here: nested[there] for here, there in parts.items() if there in nested}
    return target | {"rule": rule, "eventBusName": bus}


def _delete_target(api: Api, _id: str, state: State) -> None:
    _call(api, "RemoveTargets", Rule=state["rule"], EventBusName=_bus(state), Ids=[state["targetId"]])


KINDS = (
    Kind(
        type="aws:cloudwatch/eventRule:EventRule",
        service="events",
        create="PutRule",
        identify=lambda inputs, _answer: _id(inputs, inputs["name"]),
        read=_read_rule,
        delete=_delete_rule,
        shape=_rule_state,
        shaped=frozenset({"isEnabled", "state"}),
        setters={"forceDestroy": provider_only},
        defaults={"eventBusName": _DEFAULT_BUS},
        puts=frozenset({"name", "eventBusName"}),
        names=AutoName(),
        documents=frozenset({"eventPattern"}),
        retag=retagger("events", resource="ResourceARN"),
        references={"roleArn": require_role},
    ),
    Kind(
        type="aws:cloudwatch/eventTarget:EventTarget",
        service="events",
        create="PutTargets",
        identify=_identify_target,
        read=_read_target,
        delete=_delete_target,
        shape=_target,
        shaped=frozenset({*_TARGET, *_NESTED}),
        setters={"forceDestroy": provider_only},
        defaults={"eventBusName": _DEFAULT_BUS},
        puts=frozenset({"rule", "eventBusName", "targetId"}),
        names=AutoName("targetId"),
        references={"roleArn": require_role},
    ),
)
