"""Log group of the platform's collector, and the collector's role."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import PodIdentity, policy_document
from gpu_cluster.config.logs import LOG_COLLECTOR, LOGS_NAMESPACE, CloudWatch

# Not logs:CreateLogGroup: logs that arrive late would bring back a group that was destroyed.
_WRITE = ["logs:CreateLogStream", "logs:PutLogEvents"]


class PlatformLogs(pulumi.ComponentResource):
    """Log group for pods, nodes and events, and an IAM role that can only write to it.

    PlatformLogs("platform-logs", stack.logs.cloudwatch, cluster="prod", key=key_arn, protect=True).group
    """

    group: pulumi.Output[str]
    """Name of the log group."""

    def __init__(
        self,
        name: str,
        settings: CloudWatch,
        *,
        cluster: pulumi.Input[str],
        key: pulumi.Input[str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`key`: ARN of the key that encrypts the logs; `protect`: they stay when the stack is destroyed."""
        super().__init__("gpu-cluster:index:PlatformLogs", name, None, opts)
        group = aws.cloudwatch.LogGroup(
            f"{name}-group",
            retention_in_days=settings.retention_days,
            kms_key_id=key,
            opts=pulumi.ResourceOptions(parent=self, protect=protect, retain_on_delete=protect),
        )
        PodIdentity(
            f"{name}-writer",
            cluster=cluster,
            namespace=LOGS_NAMESPACE,
            service_account=LOG_COLLECTOR,
            policies={
                "write": policy_document(
                    {"Effect": "Allow", "Action": _WRITE, "Resource": pulumi.Output.concat(group.arn, ":*")}
                )
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.group = group.name
        self.register_outputs({"group": self.group})
