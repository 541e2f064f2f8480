"""Alarms of CloudWatch on single metrics."""

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State
from rehearsal.aws.services.tagging import retagger


def _dimensions(inputs: Inputs) -> Answer:
    given = inputs.get("dimensions", {})
    return {"Dimensions": [{"Name": name, "Value": value} for name, value in sorted(given.items())]}


def _read(api: Api, id: str, _state: State) -> Answer | None:
    found = api.call("cloudwatch", "DescribeAlarms", AlarmNames=[id])["MetricAlarms"]
    if not found:
        return None
    alarm = found[0]
    tags = api.call("cloudwatch", "ListTagsForResource", ResourceARN=alarm["AlarmArn"])["Tags"]
    return alarm | {
        "name": id,
        "arn": alarm["AlarmArn"],
        "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])},
        "tags": tags,
    }


def _delete(api: Api, id: str, _state: State) -> None:
    api.call("cloudwatch", "DeleteAlarms", AlarmNames=[id])


KINDS = (
    Kind(
        type="aws:cloudwatch/metricAlarm:MetricAlarm",
        service="cloudwatch",
        create="PutMetricAlarm",
        identify=lambda inputs, _answer: inputs["name"],
        read=_read,
        delete=_delete,
        renames={"name": "AlarmName"},
        shape=_dimensions,
        shaped=frozenset({"dimensions"}),
        puts=frozenset({"name"}),
        names=AutoName(),
        retag=retagger("cloudwatch", resource="ResourceARN"),
    ),
)
