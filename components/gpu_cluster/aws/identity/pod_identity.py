"""EKS Pod Identity: an IAM role for one service account of one cluster."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity.policy import policy_document
from gpu_cluster.aws.logical_name import logical_name


class PodIdentity(pulumi.ComponentResource):
    """IAM role for the pods of one service account, with EKS Pod Identity.

    PodIdentity("platform-efs", cluster=eks.cluster_name, namespace="kube-system",
                service_account="efs-csi-controller-sa",
                managed=[managed_policy("service-role/AmazonEFSCSIDriverPolicy")]).role_arn
    """

    role_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        cluster: pulumi.Input[str],
        namespace: str,
        service_account: str,
        policies: Mapping[str, pulumi.Input[str]] | None = None,
        managed: Sequence[str] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`policies`: documents by name, as JSON; `managed`: ARNs of policies that are there already."""
        super().__init__("gpu-cluster:index:PodIdentity", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        named = logical_name("aws:iam/role:Role", f"{name}-role")
        role = aws.iam.Role(
            named.name,
            description=f"{namespace}/{service_account}",
            assume_role_policy=_taken_by(cluster, namespace, service_account),
            opts=pulumi.ResourceOptions(parent=self, aliases=named.aliases),
        )
        allowed: list[pulumi.Resource] = [
            aws.iam.RolePolicy(f"{name}-{key}", role=role.name, policy=document, opts=child)
            for key, document in (policies or {}).items()
        ]
        allowed += [
            aws.iam.RolePolicyAttachment(
                f"{name}-{arn.rpartition('/')[2]}", role=role.name, policy_arn=arn, opts=child
            )
            for arn in managed
        ]
        # A pod that starts with the role may use it at once.
        aws.eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=cluster,
            namespace=namespace,
            service_account=service_account,
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=allowed),
        )

        self.role_arn = role.arn
        self.register_outputs({"role_arn": self.role_arn})


def _taken_by(cluster: pulumi.Input[str], namespace: str, service_account: str) -> pulumi.Output[str]:
    """Trust policy for one service account: EKS assumes the role with session tags that name it."""
    tags: dict[str, Any] = {
        "aws:RequestTag/eks-cluster-name": cluster,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": service_account,
    }
    return policy_document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {"StringEquals": tags},
        }
    )
