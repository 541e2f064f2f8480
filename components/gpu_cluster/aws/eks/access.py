"""EKS access entries; the aws-auth ConfigMap is not used."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.config.eks import Access, AccessPolicy

_NAMES = {
    AccessPolicy.CLUSTER_ADMIN: "ClusterAdmin",
    AccessPolicy.ADMIN: "Admin",
    AccessPolicy.EDIT: "Edit",
    AccessPolicy.VIEW: "View",
    AccessPolicy.ADMIN_VIEW: "AdminView",
}


def principal_of(arn: str) -> tuple[str, str]:
    """Kind and name without its path: role and sre, of arn:aws:iam::123456789012:role/ops/sre."""
    kind, _, path = arn.rpartition(":")[2].partition("/")
    return kind, path.rpartition("/")[2]


def group_entry(
    name: str, member: str, group: str, *, cluster: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> aws.eks.AccessEntry:
    """Puts a role or user, by its ARN, into a group of the cluster."""
    kind, principal = principal_of(member)
    return aws.eks.AccessEntry(
        f"{name}-entry-{kind}-{principal}",
        cluster_name=cluster,
        principal_arn=member,
        kubernetes_groups=[group],
        opts=opts,
    )


def _policy(access: Access) -> str:
    """ARN of the access policy, in the partition of the principal."""
    partition = access.principal.split(":")[1]
    return f"arn:{partition}:eks::aws:cluster-access-policy/AmazonEKS{_NAMES[access.policy]}Policy"


def access_entry(
    name: str, access: Access, *, cluster: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> aws.eks.AccessPolicyAssociation:
    """Access entry of a principal, and the association with its access policy, created last."""
    entry = aws.eks.AccessEntry(
        f"{name}-entry", cluster_name=cluster, principal_arn=access.principal, opts=opts
    )
    return aws.eks.AccessPolicyAssociation(
        f"{name}-policy",
        cluster_name=cluster,
        principal_arn=entry.principal_arn,
        policy_arn=_policy(access),
        access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(
            type="namespace" if access.namespaces else "cluster",
            namespaces=sorted(access.namespaces) or None,
        ),
        opts=opts,
    )
