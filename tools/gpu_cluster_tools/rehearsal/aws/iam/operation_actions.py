"""Operations whose action is not called as they are, or that need more than one.

Source: service authorization reference of each service (docs.aws.amazon.com/service-authorization), and for
S3 "Required permissions for Amazon S3 API operations" of its user guide, read 2026-11-28.
"""

from collections.abc import Mapping

PREFIXES: Mapping[str, str] = {"monitoring": "cloudwatch"}
"""Services whose requests are signed for another name than that of their actions."""

ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}
"""Source: STS API reference, GetCallerIdentity: no permissions are required."""

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:ListObjects": ("s3:ListBucket",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:ListBuckets": ("s3:ListAllMyBuckets",),
    "s3:ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3:ListParts": ("s3:ListMultipartUploadParts",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:CopyObject": ("s3:PutObject",),
    "s3:CreateMultipartUpload": ("s3:PutObject",),
    "s3:UploadPart": ("s3:PutObject",),
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "s3:DeleteObjects": ("s3:DeleteObject",),
    "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:GetBucketLifecycle": ("s3:GetLifecycleConfiguration",),
    "s3:PutBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
    "s3:PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3:DeleteBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:GetBucketReplication": ("s3:GetReplicationConfiguration",),
    "s3:PutBucketReplication": ("s3:PutReplicationConfiguration",),
    "s3:DeleteBucketReplication": ("s3:PutReplicationConfiguration",),
    "s3:GetBucketAccelerateConfiguration": ("s3:GetAccelerateConfiguration",),
    "s3:PutBucketAccelerateConfiguration": ("s3:PutAccelerateConfiguration",),
    "s3:GetBucketCors": ("s3:GetBucketCORS",),
    "s3:PutBucketCors": ("s3:PutBucketCORS",),
    "s3:DeleteBucketCors": ("s3:PutBucketCORS",),
    "s3:GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "s3:PutObjectLockConfiguration": ("s3:PutBucketObjectLockConfiguration",),
    "s3:DeleteBucketTagging": ("s3:PutBucketTagging",),
    "s3:DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3:GetBucketNotificationConfiguration": ("s3:GetBucketNotification",),
    "s3:PutBucketNotificationConfiguration": ("s3:PutBucketNotification",),
    "budgets:CreateBudget": ("budgets:ModifyBudget",),
    "budgets:UpdateBudget": ("budgets:ModifyBudget",),
    "budgets:DeleteBudget": ("budgets:ModifyBudget",),
    "budgets:CreateNotification": ("budgets:ModifyBudget",),
    "budgets:UpdateNotification": ("budgets:ModifyBudget",),
    "budgets:DeleteNotification": ("budgets:ModifyBudget",),
    "budgets:CreateSubscriber": ("budgets:ModifyBudget",),
    "budgets:UpdateSubscriber": ("budgets:ModifyBudget",),
    "budgets:DeleteSubscriber": ("budgets:ModifyBudget",),
    "budgets:DescribeBudget": ("budgets:ViewBudget",),
    "budgets:DescribeBudgets": ("budgets:ViewBudget",),
    "budgets:DescribeNotificationsForBudget": ("budgets:ViewBudget",),
    "budgets:DescribeSubscribersForNotification": ("budgets:ViewBudget",),
    "sns:PublishBatch": ("sns:Publish",),
    "sqs:ChangeMessageVisibilityBatch": ("sqs:ChangeMessageVisibility",),
    "sqs:DeleteMessageBatch": ("sqs:DeleteMessage",),
    "sqs:SendMessageBatch": ("sqs:SendMessage",),
    "kms:ReEncrypt": ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
}

TAGGING: Mapping[str, str] = {
    "autoscaling": "CreateOrUpdateTags",
    "backup": "TagResource",
    "budgets": "TagResource",
    "cloudwatch": "TagResource",
    "ecr": "TagResource",
    "eks": "TagResource",
    "elasticfilesystem": "TagResource",
    "events": "TagResource",
    "fsx": "TagResource",
    "kms": "TagResource",
    "logs": "TagResource",
    "secretsmanager": "TagResource",
    "sns": "TagResource",
    "sqs": "TagQueue",
}
"""Additional action required to tag a new resource. IAM has one for each type; EC2's is CreateTags.

Sources, read 2026-11-28: the dependent actions of the service authorization reference, and the services' own
pages: IAM "Tag IAM roles", KMS "Controlling access to tags", CloudWatch Logs "CreateLogGroup", EKS "Organize
Amazon EKS resources with tags", EC2 "Grant permission to tag Amazon EC2 resources during creation".
"""

PASSED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "backup:CreateBackupSelection": (("BackupSelection.IamRoleArn", "backup.amazonaws.com"),),
    "ec2:CreateFlowLogs": (("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),),
    "ecr:CreatePullThroughCacheRule": (("customRoleArn", "ecr.amazonaws.com"),),
    "ecr:CreateRepositoryCreationTemplate": (("customRoleArn", "ecr.amazonaws.com"),),
    "ecr:UpdateRepositoryCreationTemplate": (("customRoleArn", "ecr.amazonaws.com"),),
    "eks:CreateAddon": (
        ("serviceAccountRoleArn", "eks.amazonaws.com"),
        ("podIdentityAssociations.roleArn", "pods.eks.amazonaws.com"),
    ),
    "eks:UpdateAddon": (
        ("serviceAccountRoleArn", "eks.amazonaws.com"),
        ("podIdentityAssociations.roleArn", "pods.eks.amazonaws.com"),
    ),
    "eks:CreateCluster": (("roleArn", "eks.amazonaws.com"),),
    "eks:CreateNodegroup": (("nodeRole", "eks.amazonaws.com"),),
    "eks:CreatePodIdentityAssociation": (("roleArn", "pods.eks.amazonaws.com"),),
    "eks:UpdatePodIdentityAssociation": (("roleArn", "pods.eks.amazonaws.com"),),
    "events:PutRule": (("RoleArn", "events.amazonaws.com"),),
    "events:PutTargets": (("Targets.RoleArn", "events.amazonaws.com"),),
    "s3:PutBucketReplication": (("ReplicationConfiguration.Role", "s3.amazonaws.com"),),
}
"""Operations that pass a role to a service: the parameter, and the service (iam:PassedToService).

Instance profiles pass their role to ec2.amazonaws.com: iam:AddRoleToInstanceProfile and ec2:RunInstances.
Source: dependent actions of the service authorization reference, 2026-11-28; EKS user guide, "Amazon EKS node
IAM role" and "EKS Pod Identity" (roles of pods are passed to pods.eks.amazonaws.com).
"""

LINKED: Mapping[str, tuple[str, ...]] = {
    "autoscaling:CreateAutoScalingGroup": ("autoscaling.amazonaws.com",),
    "backup:CreateBackupSelection": ("backup.amazonaws.com",),
    "ecr:CreatePullThroughCacheRule": ("pullthroughcache.ecr.amazonaws.com",),
    "ecr:PutReplicationConfiguration": ("replication.ecr.amazonaws.com",),
    "eks:CreateCluster": ("eks.amazonaws.com",),
    "eks:CreateNodegroup": ("eks-nodegroup.amazonaws.com",),
    "elasticfilesystem:CreateFileSystem": ("elasticfilesystem.amazonaws.com",),
    "fsx:CreateFileSystem": ("fsx.amazonaws.com",),
}
"""Operations that create a service-linked role where the account has none yet, by the rights of the caller.

Sources, read 2026-11-28: "Using service-linked roles" of each service's user guide; the service authorization
reference names iam:CreateServiceLinkedRole among the dependent actions.
"""
