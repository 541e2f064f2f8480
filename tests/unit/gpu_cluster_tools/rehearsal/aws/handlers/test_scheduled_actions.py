from datetime import datetime, timedelta
from typing import Any

import pytest

from gpu_cluster.catalog.today import now
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.handlers import scheduled_actions
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import fresh


@pytest.fixture
def group(api: Api) -> str:
    return scaling_group(api)


def scaling_group(api: Api) -> str:
    name = fresh("group")
    data = {"ImageId": "ami-0e15e15e15e15e15e", "InstanceType": "t3.medium"}
    api.call("ec2", "CreateLaunchTemplate", LaunchTemplateName=name, LaunchTemplateData=data)
    api.call(
        "autoscaling",
        "CreateAutoScalingGroup",
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=1,
        LaunchTemplate={"LaunchTemplateName": name, "Version": "1"},
        AvailabilityZones=["eu-central-1a"],
    )
    return name


def put(api: Api, group: str, start: datetime, **given: Any) -> None:
    named = {"AutoScalingGroupName": group, "ScheduledActionName": "drain"}
    api.call("autoscaling", "PutScheduledUpdateGroupAction", **named, StartTime=start, MaxSize=0, **given)


def listed(api: Api, group: str) -> list[dict[str, Any]]:
    found = api.call("autoscaling", "DescribeScheduledActions", AutoScalingGroupName=group)
    return found["ScheduledUpdateGroupActions"]


def delete(api: Api, group: str) -> None:
    named = {"AutoScalingGroupName": group, "ScheduledActionName": "drain"}
    api.call("autoscaling", "DeleteScheduledAction", **named)


def test_scaling_groups_can_have_actions_of_the_same_name(api: Api, group: str) -> None:
    other = scaling_group(api)
    put(api, group, now() + timedelta(hours=1))
    put(api, other, now() + timedelta(hours=2), MinSize=0)

    [first], [second] = listed(api, group), listed(api, other)
    assert second["StartTime"] - first["StartTime"] == timedelta(hours=1)
    assert (first["MaxSize"], second["MinSize"]) == (0, 0)

    delete(api, other)
    assert (len(listed(api, group)), listed(api, other)) == (1, [])


def test_action_in_the_past_is_refused(api: Api, group: str) -> None:
    with pytest.raises(ApiError, match="ValidationError: Given start time is in the past"):
        put(api, group, now() - timedelta(minutes=1))


def test_one_time_action_is_deleted_after_it_ran(
    api: Api, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = now() + timedelta(hours=1)
    put(api, group, start)
    assert [each["StartTime"] for each in listed(api, group)] == [start]

    monkeypatch.setattr(scheduled_actions, "now", lambda: start)

    assert listed(api, group) == []
    with pytest.raises(ApiError, match="ValidationError: Scheduled action name not found"):
        delete(api, group)


def test_recurring_action_is_deleted_at_its_end(
    api: Api, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, end = now() + timedelta(hours=1), now() + timedelta(days=2)
    put(api, group, start, Recurrence="0 8 * * *", EndTime=end)

    monkeypatch.setattr(scheduled_actions, "now", lambda: start + timedelta(days=1))
    assert len(listed(api, group)) == 1
    monkeypatch.setattr(scheduled_actions, "now", lambda: end)
    assert listed(api, group) == []
