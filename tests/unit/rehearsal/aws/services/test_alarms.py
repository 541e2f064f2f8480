from rehearsal.aws.api import Api
from tests.unit.rehearsal.aws.services.life import make, mistakes

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
LATE = {
    "namespace": "AWS/SQS",
    "metricName": "ApproximateAgeOfOldestMessage",
    "dimensions": {"QueueName": "interruptions"},
    "statistic": "Maximum",
    "comparisonOperator": "GreaterThanThreshold",
    "threshold": 300,
    "period": 60,
    "evaluationPeriods": 3,
}


def test_an_alarm_changes_in_place(api: Api) -> None:
    alarm = make(api, ALARM, **LATE)

    assert alarm.change(threshold=600, dimensions={"QueueName": "dead"}, alarmDescription="late") == "updated"
    assert alarm.change(tags={"use": "test"}) == "updated"
    assert alarm["tagsAll"] == {"team": "platform", "use": "test"}
    assert alarm.change(name="other") == "replaced"
    alarm.goes()


def test_words_that_cloudwatch_does_not_have_are_named(api: Api) -> None:
    (words,) = mistakes(api, ALARM, **(LATE | {"comparisonOperator": "Above"}))

    assert words.startswith("comparisonOperator: expected one of GreaterThanOrEqualToThreshold")
