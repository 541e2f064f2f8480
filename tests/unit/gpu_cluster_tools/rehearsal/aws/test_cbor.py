"""CloudWatch in CBOR, as the provider uses it."""

from typing import Any

import cbor2
import pytest
from werkzeug.test import Client

from gpu_cluster_tools.rehearsal.aws.cbor import CborTranslator
from gpu_cluster_tools.rehearsal.aws.router import Router

ALARM: dict[str, Any] = {
    "AlarmName": "late",
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "MetricName": "ApproximateAgeOfOldestMessage",
    "Namespace": "AWS/SQS",
    "Period": 60,
    "Statistic": "Maximum",
    "Threshold": 300.0,
    "Dimensions": [{"Name": "QueueName", "Value": "interruptions"}],
}
SIGNED = "AWS4-HMAC-SHA256 Credential=internal/20261129/eu-central-1/monitoring/aws4_request, Signature=0"


@pytest.fixture
def client(account: Router) -> Client:
    return Client(CborTranslator(account))


def ask(client: Client, operation: str, parameters: dict[str, Any]) -> tuple[int, Any]:
    path = f"/service/GraniteServiceVersion20100801/operation/{operation}"
    headers = {"Authorization": SIGNED, "Smithy-Protocol": "rpc-v2-cbor"}
    answer = client.post(path, data=cbor2.dumps(parameters), content_type="application/cbor", headers=headers)
    assert answer.headers["Smithy-Protocol"] == "rpc-v2-cbor"
    return answer.status_code, cbor2.loads(answer.data)


def test_alarm_is_read_as_it_was_written(client: Client) -> None:
    assert ask(client, "PutMetricAlarm", ALARM) == (200, {})

    status, answer = ask(client, "DescribeAlarms", {"AlarmNames": ["late"]})

    [alarm] = answer["MetricAlarms"]
    assert status == 200
    assert {name: alarm[name] for name in ALARM} == ALARM


def test_error_has_its_code_and_message(client: Client) -> None:
    status, answer = ask(client, "GetDashboard", {"DashboardName": "lost"})

    assert status == 404
    assert answer == {"__type": "ResourceNotFound", "message": "Dashboard does not exist"}


def test_other_paths_are_not_handled(client: Client) -> None:
    assert client.get("/service/Elsewhere/operation/Ask").status_code != 200
