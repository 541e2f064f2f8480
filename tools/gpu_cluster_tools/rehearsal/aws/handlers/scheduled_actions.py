"""Scheduled actions of Auto Scaling groups: moto keeps them past their time, and one per name in a region.

An action in the past is refused. A one-time action is deleted after its run, all actions with their group.
Sources: EC2 Auto Scaling API reference, PutScheduledUpdateGroupAction, and user guide, schedule_time;
the messages are in hashicorp/terraform-provider-aws #3033 and #19446. Read 2026-11-30.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from gpu_cluster.catalog.today import now
from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall, Operation

_TIMES = ("StartTime", "EndTime")

_actions: dict[tuple[str, str, str], Document] = {}
"""Scheduled actions by region, group and name."""


def _put(call: ApiCall) -> Document:
    given = dict(call.parameters)
    group, name = given["AutoScalingGroupName"], given["ScheduledActionName"]
    times = {time: _instant(given[time]) for time in _TIMES if time in given}
    if "StartTime" in times and times["StartTime"] <= now():
        raise _refused("Given start time is in the past")
    id = uuid5(NAMESPACE_URL, f"{group}/{name}")
    arn = (
        f"arn:aws:autoscaling:{call.api.region}:{identity.account()}:scheduledUpdateGroupAction:{id}:"
        f"autoScalingGroupName/{group}:scheduledActionName/{name}"
    )
    _actions[call.api.region, group, name] = given | times | {"ScheduledActionARN": arn}
    return {}


def _describe(call: ApiCall) -> Document:
    wanted = call.parameters.get("ScheduledActionNames", [])
    group = call.parameters.get("AutoScalingGroupName")
    found = [
        action
        for action in _pending(call.api)
        if group in (None, action["AutoScalingGroupName"])
        and (not wanted or action["ScheduledActionName"] in wanted)
    ]
    return {"ScheduledUpdateGroupActions": found}


def _delete(call: ApiCall) -> Document:
    group, name = call.parameters["AutoScalingGroupName"], call.parameters["ScheduledActionName"]
    names = {(it["AutoScalingGroupName"], it["ScheduledActionName"]) for it in _pending(call.api)}
    if (group, name) not in names:
        raise _refused("Scheduled action name not found")
    del _actions[call.api.region, group, name]
    return {}


def _pending(api: Api) -> Iterator[Document]:
    """Actions of this region that have a next run."""
    described = api.call("autoscaling", "DescribeAutoScalingGroups")["AutoScalingGroups"]
    groups = {each["AutoScalingGroupName"] for each in described}
    for (region, group, _), action in _actions.items():
        last = action.get("EndTime") if "Recurrence" in action else action.get("StartTime")
        if region == api.region and group in groups and (last is None or last > now()):
            yield action


def _instant(given: Any) -> datetime:
    found = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _refused(message: str) -> ApiError:
    return ApiError("ValidationError", message)


OPERATIONS: Mapping[str, Operation] = {
    "PutScheduledUpdateGroupAction": _put,
    "DescribeScheduledActions": _describe,
    "DeleteScheduledAction": _delete,
}
