"""Interruption queue of Karpenter: nodes are drained before AWS ends their instances."""

import json

import pulumi
import pulumi_aws as aws

# What Karpenter understands. Source: karpenter.sh, concepts/disruption, interruption, v1.13, 2026-11-21.
_ANNOUNCEMENTS = {
    "health": ("aws.health", "AWS Health Event"),
    "spot": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "state": ("aws.ec2", "EC2 Instance State-change Notification"),
    "block": ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
}
_KEPT_SECONDS = 300  # an announcement comes two minutes ahead, and is of no use later


class Interruptions(pulumi.ComponentResource):
    """SQS queue for interruption events, with the EventBridge rules that fill it.

    Interruptions("platform-karpenter-interruptions").queue.name
    """

    queue: aws.sqs.Queue

    def __init__(self, name: str, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpu-cluster:index:Interruptions", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.queue = aws.sqs.Queue(
            f"{name}-queue",
            message_retention_seconds=_KEPT_SECONDS,
            sqs_managed_sse_enabled=True,  # EventBridge could not write with a key that it may not use
            opts=child,
        )
        rules = {
            key: aws.cloudwatch.EventRule(
                f"{name}-{key}",
                description=f"{announced} to Karpenter",
                event_pattern=json.dumps({"source": [source], "detail-type": [announced]}),
                opts=child,
            )
            for key, (source, announced) in _ANNOUNCEMENTS.items()
        }
        policy = aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=self.queue.url,
            policy=pulumi.Output.all(self.queue.arn, *(rule.arn for rule in rules.values())).apply(
                lambda arns: json.dumps(_policy(arns[0], arns[1:]))
            ),
            opts=child,
        )
        for key, rule in rules.items():
            aws.cloudwatch.EventTarget(
                f"{name}-{key}-target",
                rule=rule.name,
                arn=self.queue.arn,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
            )
        self.register_outputs({"queue": self.queue.name})


def _policy(queue: str, rules: list[str]) -> dict[str, object]:
    """These rules may write, and all requests need TLS."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Announcements",
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue,
                "Condition": {"ArnEquals": {"aws:SourceArn": rules}},
            },
            {
                "Sid": "OnlyTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sqs:*",
                "Resource": queue,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }
