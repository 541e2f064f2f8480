"""Servers of a site that join a cluster of EKS as hybrid nodes."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import managed_policy, policy_document
from gpu_cluster.config.eks import RemoteNetworks
from gpu_cluster.config.partition import partition_of

_MANAGED = ("AmazonSSMManagedInstanceCore", "AmazonEC2ContainerRegistryPullOnly")


class HybridNodes(pulumi.ComponentResource):
    """Access entry for the role of hybrid nodes, and the role unless the stack names one.

    HybridNodes("platform-hybrid", remote, cluster=eks, account="123456789012", region="eu-central-1").role
    # for `aws ssm create-activation --iam-role …`, with the tag EKSClusterARN
    """

    role: pulumi.Output[str]
    """ARN of the role."""

    def __init__(
        self,
        name: str,
        settings: RemoteNetworks,
        *,
        cluster: aws.eks.Cluster,
        account: str,
        region: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("gpu-cluster:index:HybridNodes", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        given = settings.role

        self.role = pulumi.Output.from_input(given) if given else _role(name, cluster, account, region, child)
        aws.eks.AccessEntry(
            f"{name}-entry",
            cluster_name=cluster.name,
            principal_arn=self.role,
            type="HYBRID_LINUX",
            opts=child,
        )
        self.register_outputs({"role": self.role})


def _role(
    name: str, cluster: aws.eks.Cluster, account: str, region: str, opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """The role that Systems Manager gives a server that was activated with it."""
    role = aws.iam.Role(
        f"{name}-role",
        description="Hybrid nodes of EKS",
        assume_role_policy=policy_document(
            {
                "Effect": "Allow",
                "Principal": {"Service": "ssm.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnEquals": {"aws:SourceArn": f"arn:{partition_of(region)}:ssm:{region}:{account}:*"},
                },
            }
        ),
        opts=opts,
    )
    for policy in _MANAGED:
        aws.iam.RolePolicyAttachment(
            f"{name}-{policy}", role=role.name, policy_arn=managed_policy(policy, region), opts=opts
        )
    aws.iam.RolePolicy(
        f"{name}-join",
        role=role.name,
        policy=policy_document(
            {"Effect": "Allow", "Action": "eks:DescribeCluster", "Resource": cluster.arn},
            {"Effect": "Allow", "Action": "eks-auth:AssumeRoleForPodIdentity", "Resource": cluster.arn},
            {"Effect": "Allow", "Action": "ssm:DescribeInstanceInformation", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": "ssm:DeregisterManagedInstance",
                "Resource": f"arn:{partition_of(region)}:ssm:{region}:{account}:managed-instance/*",
                "Condition": {"StringEquals": {"ssm:resourceTag/EKSClusterARN": cluster.arn}},
            },
        ),
        opts=opts,
    )
    return role.arn
