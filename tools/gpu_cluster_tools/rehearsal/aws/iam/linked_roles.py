"""Service-linked roles: how they are called, and which policy of AWS each has.

Sources, read 2026-11-28: "Using service-linked roles" of the guides of EKS (control plane, node groups), EC2
Auto Scaling, EC2 Spot, ECR, EFS, FSx and AWS Backup; the text of the policies is moto's copy of AWS's own.
"""

from collections.abc import Mapping

NAMES: Mapping[str, tuple[str, str]] = {
    "autoscaling.amazonaws.com": ("AWSServiceRoleForAutoScaling", "AutoScalingServiceRolePolicy"),
    "backup.amazonaws.com": ("AWSServiceRoleForBackup", "AWSBackupServiceLinkedRolePolicyForBackup"),
    "ecr.amazonaws.com": ("AWSServiceRoleForECRTemplate", "ECRTemplateServiceRolePolicy"),
    "eks.amazonaws.com": ("AWSServiceRoleForAmazonEKS", "AmazonEKSServiceRolePolicy"),
    "eks-nodegroup.amazonaws.com": (
        "AWSServiceRoleForAmazonEKSNodegroup",
        "AWSServiceRoleForAmazonEKSNodegroup",
    ),
    "elasticfilesystem.amazonaws.com": (
        "AWSServiceRoleForAmazonElasticFileSystem",
        "AmazonElasticFileSystemServiceRolePolicy",
    ),
    "fsx.amazonaws.com": ("AWSServiceRoleForAmazonFSx", "AmazonFSxServiceRolePolicy"),
    "inspector2.amazonaws.com": (
        "AWSServiceRoleForAmazonInspector2",
        "AmazonInspector2ServiceRolePolicy",
    ),
    "pullthroughcache.ecr.amazonaws.com": (
        "AWSServiceRoleForECRPullThroughCache",
        "AWSECRPullThroughCache_ServiceRolePolicy",
    ),
    "replication.ecr.amazonaws.com": ("AWSServiceRoleForECRReplication", "ECRReplicationServiceRolePolicy"),
    "spot.amazonaws.com": ("AWSServiceRoleForEC2Spot", "AWSEC2SpotServiceRolePolicy"),
}
"""Service to the name of its role and of the policy that AWS attaches."""


def linked_role(account: str, service: str) -> str:
    """ARN of the role of a service; with `*` for the name where the table has none."""
    name = NAMES[service][0] if service in NAMES else "*"
    return f"arn:aws:iam::{account}:role/aws-service-role/{service}/{name}"
