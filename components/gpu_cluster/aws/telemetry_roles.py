"""IAM roles of Prometheus, for remote write to a workspace, and of Alertmanager, for an SNS topic."""

import pulumi

from gpu_cluster.aws.identity import PodIdentity, policy_document
from gpu_cluster.config.alerts import ALERTMANAGER, Topic
from gpu_cluster.config.partition import partition_of
from gpu_cluster.config.telemetry import PROMETHEUS, TELEMETRY_NAMESPACE, WORKSPACE, RemoteWrite


def metrics_writer(
    name: str,
    target: RemoteWrite,
    *,
    account: str,
    cluster: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> PodIdentity:
    """`aps:RemoteWrite` on that workspace, for the service account of Prometheus alone.

    Source: Amazon Managed Service for Prometheus user guide, security_iam_id-based-policy-examples, and its
    actions and resources in the service authorization reference, 2026-11-29.
    """
    [workspace] = WORKSPACE.findall(target.url)
    resource = (
        f"arn:{partition_of(target.sigv4_region)}:aps:{target.sigv4_region}:{account}:workspace/{workspace}"
    )
    return PodIdentity(
        name,
        cluster=cluster,
        namespace=TELEMETRY_NAMESPACE,
        service_account=PROMETHEUS,
        policies={
            "write": policy_document({"Effect": "Allow", "Action": "aps:RemoteWrite", "Resource": resource})
        },
        opts=opts,
    )


def alert_sender(
    name: str, sns: Topic, *, cluster: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> PodIdentity:
    """`sns:Publish` to that topic, for the service account of Alertmanager alone."""
    allowed = {"Effect": "Allow", "Action": "sns:Publish", "Resource": sns.topic}
    return PodIdentity(
        name,
        cluster=cluster,
        namespace=TELEMETRY_NAMESPACE,
        service_account=ALERTMANAGER,
        policies={"publish": policy_document(allowed)},
        opts=opts,
    )
