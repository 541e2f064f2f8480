"""IAM role of every node."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import managed_policy, policy_document

_MANAGED = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")


class NodeRole(pulumi.ComponentResource):
    """IAM role of nodes: join the cluster, pull images and serve Pod Identity.

    Nodes cannot change the account: the network plugin, storage drivers and controllers have their own roles.
    Nodes have no SSH access; use `kubectl debug node`.

    NodeRole("platform-nodes").arn
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    ready: list[pulumi.Resource]
    """Resources that exist before a node joins."""

    def __init__(
        self, name: str, opts: pulumi.ResourceOptions | None = None, *, region: str | None = None
    ) -> None:
        """`region` of the nodes. Default: any of the commercial partition."""
        super().__init__("gpu-cluster:index:NodeRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        role = aws.iam.Role(
            f"{name}-role",
            description="Nodes of the cluster",
            assume_role_policy=policy_document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "ec2.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ),
            opts=child,
        )
        self.ready = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy}", role=role.name, policy_arn=managed_policy(policy, region), opts=child
            )
            for policy in _MANAGED
        ]
        self.ready.append(aws.iam.RolePolicy(f"{name}-join", role=role.name, policy=_join(), opts=child))

        self.arn, self.name = role.arn, role.name
        self.register_outputs({"arn": self.arn})


def _join() -> pulumi.Output[str]:
    """Calls of a server before it joins: its name in the network and its cluster.

    Source: awslabs/amazon-eks-ami, nodeadm, 2026-07-23.
    """
    return policy_document(
        {
            "Effect": "Allow",
            "Action": ["ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "eks:DescribeCluster"],
            "Resource": "*",
        }
    )
