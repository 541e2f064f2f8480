import json

import pytest

from rehearsal.aws.api import Api
from tests.unit.rehearsal.aws.services.life import Resource, make, mistakes, refusal
from tests.unit.rehearsal.aws.services.policies import policy

QUEUE = "aws:sqs/queue:Queue"


def test_a_queue_keeps_what_it_is_given_and_goes_back_to_what_it_had(api: Api, key: Resource) -> None:
    dead = make(api, QUEUE)
    letters = json.dumps({"deadLetterTargetArn": dead["arn"], "maxReceiveCount": 3})
    queue = make(api, QUEUE, messageRetentionSeconds=300, kmsMasterKeyId=key["arn"], redrivePolicy=letters)

    assert queue.id.startswith("https://sqs.eu-central-1.amazonaws.com/123456789012/thing")
    assert queue["visibilityTimeoutSeconds"] == 30
    assert queue.change(messageRetentionSeconds=None, redrivePolicy=None) == "updated"
    assert queue["messageRetentionSeconds"] == 345_600
    assert queue.change(tags={"use": "test"}) == "updated"
    assert queue.change(fifoQueue=True) == "replaced"
    queue.goes()


def test_its_policy_may_be_a_resource_of_its_own(api: Api) -> None:
    queue = make(api, QUEUE)
    own = make(api, "aws:sqs/queuePolicy:QueuePolicy", queueUrl=queue.id, policy=policy("sqs:SendMessage"))

    queue.stays()
    assert own.change(policy=policy("sqs:ReceiveMessage")) == "updated"
    own.goes()
    queue.goes()


def test_numbers_that_the_model_does_not_bound_are_bounded(api: Api) -> None:
    assert mistakes(api, QUEUE, messageRetentionSeconds=59, delaySeconds=901) == [
        "messageRetentionSeconds: expected 60 to 1209600, got 59",
        "delaySeconds: expected 0 to 900, got 901",
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kmsMasterKeyId": "12345678-1234-1234-1234-123456789012"}, "NotFoundException"),
        ({"redrivePolicy": '{"deadLetterTargetArn": "arn:aws:sqs:eu-central-1:1:lost"}'}, "does not exist"),
    ],
)
def test_keys_and_dead_letters_must_exist(api: Api, given: dict[str, str], words: str) -> None:
    assert words in refusal(api, QUEUE, **given)
