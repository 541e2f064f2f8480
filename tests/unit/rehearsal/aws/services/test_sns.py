import json

from rehearsal.aws.api import Api
from tests.unit.rehearsal.aws.services.life import Resource, make
from tests.unit.rehearsal.aws.services.policies import policy

TOPIC = "aws:sns/topic:Topic"


def test_a_topic_changes_in_place(api: Api, key: Resource) -> None:
    topic = make(api, TOPIC, displayName="alerts")

    assert topic.change(displayName="alarms", kmsMasterKeyId=key.id, tags={"use": "test"}) == "updated"
    assert topic.change(fifoTopic=True) == "replaced"
    topic.goes()


def test_who_may_publish_can_change_and_goes_back_to_the_owner(api: Api) -> None:
    topic = make(api, TOPIC)
    own = make(api, "aws:sns/topicPolicy:TopicPolicy", arn=topic["arn"], policy=policy("sns:Publish"))

    topic.stays()
    assert own.change(policy=policy("sns:Subscribe")) == "updated"
    own.goes()


def test_a_subscription_belongs_to_its_endpoint(api: Api) -> None:
    topic, queue = make(api, TOPIC), make(api, "aws:sqs/queue:Queue")
    told = {"topic": topic["arn"], "protocol": "sqs", "endpoint": queue["arn"], "rawMessageDelivery": True}
    subscription = make(api, "aws:sns/topicSubscription:TopicSubscription", **told)

    assert subscription.change(rawMessageDelivery=False) == "updated"
    assert subscription.change(filterPolicy=json.dumps({"source": ["aws.ec2"]})) == "updated"
    assert subscription.change(protocol="email", endpoint="platform@example.com") == "replaced"
    subscription.goes()
