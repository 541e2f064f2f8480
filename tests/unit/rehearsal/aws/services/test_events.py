import json

import pytest

from rehearsal.aws.api import Api
from rehearsal.aws.provider import ProviderError
from tests.unit.rehearsal.aws.services.life import make, refusal

RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
PATTERN = json.dumps({"source": ["aws.ec2"]})


def test_a_rule_changes_in_place(api: Api) -> None:
    rule = make(api, RULE, eventPattern=PATTERN, description="spot")

    assert rule.change(description="rebalance", state="DISABLED", tags={"use": "test"}) == "updated"
    assert rule["isEnabled"] is False
    assert rule.change(tags=None) == "updated"
    assert rule["tagsAll"] == {"team": "platform"}
    assert rule.change(name="other") == "replaced"
    rule.goes()


def test_a_rule_stays_while_it_has_targets(api: Api) -> None:
    rule, queue = make(api, RULE, eventPattern=PATTERN), make(api, "aws:sqs/queue:Queue")
    target = make(api, TARGET, rule=rule["name"], arn=queue["arn"], retryPolicy={"maximumRetryAttempts": 3})

    assert target.change(deadLetterConfig={"arn": queue["arn"]}) == "updated"
    assert target.change(targetId="other") == "replaced"
    with pytest.raises(ProviderError, match="can't be deleted since it has targets"):
        rule.goes()

    target.goes()
    rule.goes()


def test_a_target_needs_its_rule(api: Api) -> None:
    arn = "arn:aws:sqs:eu-central-1:123456789012:queue"

    assert "Rule lost does not exist" in refusal(api, TARGET, rule="lost", arn=arn)
