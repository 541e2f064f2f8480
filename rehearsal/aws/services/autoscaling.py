"""Schedules and tags of Auto Scaling groups."""

from typing import Any

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, Inputs, Kind, State

_SIZES = ("desiredCapacity", "maxSize", "minSize")
_UNCHANGED = -1  # how the provider says that a schedule leaves a size alone


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("autoscaling", operation, **arguments)


def _group(api: Api, name: str) -> Answer | None:
    groups = _call(api, "DescribeAutoScalingGroups", AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return groups[0] if groups else None


def _require_group(api: Api, name: str) -> None:
    if _group(api, name) is None:
        raise ApiError("ValidationError", f"AutoScalingGroup name not found - null: {name}")


def _sizes(inputs: Inputs) -> Answer:
    return {
        name[0].upper() + name[1:]: inputs[name]
        for name in _SIZES
        if name in inputs and inputs[name] != _UNCHANGED
    }


def _read_schedule(api: Api, _id: str, state: State) -> Answer | None:
    group = _group(api, state["autoscalingGroupName"])
    if group is None:
        return None
    found = _call(
        api,
        "DescribeScheduledActions",
        AutoScalingGroupName=state["autoscalingGroupName"],
        ScheduledActionNames=[state["scheduledActionName"]],
    )["ScheduledUpdateGroupActions"]
    if not found:
        return None
    times = {
        name: found[0][name].strftime("%Y-%m-%dT%H:%M:%SZ")
        for name in ("StartTime", "EndTime")
        if name in found[0]
    }
    return found[0] | times | {"arn": _schedule_arn(group, state["scheduledActionName"])}


def _schedule_arn(group: Answer, name: str) -> str:
    home, _, rest = group["AutoScalingGroupARN"].partition(":autoScalingGroup:")
    id, _, group_name = rest.partition(":")
    return f"{home}:scheduledUpdateGroupAction:{id}:{group_name}:scheduledActionName/{name}"


def _delete_schedule(api: Api, _id: str, state: State) -> None:
    _call(
        api,
        "DeleteScheduledAction",
        AutoScalingGroupName=state["autoscalingGroupName"],
        ScheduledActionName=state["scheduledActionName"],
    )


def _tag(inputs: Inputs) -> Answer:
    tag = {name[0].upper() + name[1:]: value for name, value in inputs["tag"].items()}
    return {"Tags": [tag | _target(inputs["autoscalingGroupName"])]}


def _target(group: str) -> Answer:
    return {"ResourceId": group, "ResourceType": "auto-scaling-group"}


def _read_tag(api: Api, _id: str, state: State) -> Answer | None:
    group, key = state["autoscalingGroupName"], state["tag"]["key"]
    filters = [{"Name": "auto-scaling-group", "Values": [group]}, {"Name": "key", "Values": [key]}]
    tags = _call(api, "DescribeTags", Filters=filters)["Tags"]
    found = [tag for tag in tags if (tag["ResourceId"], tag["Key"]) == (group, key)]
    return {"autoscalingGroupName": group, "tag": found[0]} if found else None


def _delete_tag(api: Api, _id: str, state: State) -> None:
    tag = {"Key": state["tag"]["key"]} | _target(state["autoscalingGroupName"])
    _call(api, "DeleteTags", Tags=[tag])


KINDS = (
    Kind(
        type="aws:autoscaling/schedule:Schedule",
        service="autoscaling",
        create="PutScheduledUpdateGroupAction",
        identify=lambda inputs, _answer: inputs["scheduledActionName"],
        read=_read_schedule,
        delete=_delete_schedule,
        shape=_sizes,
        shaped=frozenset(_SIZES),
        puts=frozenset({"autoscalingGroupName", "scheduledActionName"}),
        references={"autoscalingGroupName": _require_group},
    ),
    Kind(
        type="aws:autoscaling/tag:Tag",
        service="autoscaling",
        create="CreateOrUpdateTags",
        identify=lambda inputs, _answer: f"{inputs['autoscalingGroupName']},{inputs['tag']['key']}",
        read=_read_tag,
        delete=_delete_tag,
        shape=_tag,
        shaped=frozenset({"autoscalingGroupName", "tag"}),
        puts=frozenset({"autoscalingGroupName"}),
        references={"autoscalingGroupName": _require_group},
    ),
)
