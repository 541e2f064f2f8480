"""VPC flow logs."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import policy_document
from gpu_cluster.config.network import FlowLogSettings
from gpu_cluster.config.partition import partition_of

# Not logs:CreateLogGroup: records that arrive late would bring back a group that was destroyed.
_WRITE = [
    *("logs:CreateLogStream", "logs:PutLogEvents"),
    *("logs:DescribeLogGroups", "logs:DescribeLogStreams"),
]


class FlowLogs(pulumi.ComponentResource):
    """Encrypted flow logs of all VPC traffic, with retention.

    FlowLogs("platform-vpc-flow-logs", settings, vpc_id=vpc.id, region="eu-central-1",
             account="123456789012", key=key_arn, title="gpu-cluster-prod",
             protect=True)
    """

    def __init__(
        self,
        name: str,
        settings: FlowLogSettings,
        *,
        vpc_id: pulumi.Input[str],
        region: str,
        account: str,
        key: pulumi.Input[str],
        title: str,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`key`: ARN of the KMS key that encrypts the records; `title`: prefix of names; `protect`: refuse to
        delete them."""
        super().__init__("gpu-cluster:index:FlowLogs", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        group = aws.cloudwatch.LogGroup(
            f"{name}-group",
            retention_in_days=settings.retention_days,
            kms_key_id=key,
            opts=pulumi.ResourceOptions(parent=self, protect=protect, retain_on_delete=protect),
        )
        role = aws.iam.Role(
            f"{name}-role",
            description=f"Flow logs of {title}",
            assume_role_policy=_taken_by_flow_logs(region, account),
            opts=child,
        )
        allowed = aws.iam.RolePolicy(
            f"{name}-write",
            role=role.name,
            policy=policy_document(
                {"Effect": "Allow", "Action": _WRITE, "Resource": pulumi.Output.concat(group.arn, ":*")}
            ),
            opts=child,
        )
        aws.ec2.FlowLog(
            f"{name}-log",
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            tags={"Name": title},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )
        self.register_outputs({})


def _taken_by_flow_logs(region: str, account: str) -> pulumi.Output[str]:
    """Trust policy limited to flow logs of this account (confused deputy protection)."""
    return policy_document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnLike": {
                    "aws:SourceArn": f"arn:{partition_of(region)}:ec2:{region}:{account}:vpc-flow-log/*"
                },
            },
        }
    )
