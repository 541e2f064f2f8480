"""Types without a charge, with reasons; types that are neither here nor priced have unknown prices."""

from collections.abc import Mapping

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "networks are free; traffic is priced where it leaves": (
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/route:Route",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ),
    "its logs are priced with the log group": ("aws:ec2/flowLog:FlowLog",),
    "its instances and volumes are priced with the node group": (
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:ec2/placementGroup:PlacementGroup",
    ),
    "tags and schedules are free": (
        "aws:autoscaling/schedule:Schedule",
        "aws:autoscaling/tag:Tag",
        "aws:ec2/tag:Tag",
    ),
    "the vault and selections are free; stored backups are priced with the plan": (
        "aws:backup/selection:Selection",
        "aws:backup/vault:Vault",
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
    ),
    "reporting budgets are free, and two action-enabled ones": (
        "aws:budgets/budget:Budget",
        "aws:budgets/budgetAction:BudgetAction",
    ),
    "AWS service events are free": (
        "aws:cloudwatch/eventRule:EventRule",
        "aws:cloudwatch/eventTarget:EventTarget",
    ),
    "registry settings are free; images are priced with their repository": (
        "aws:ecr/accountSetting:AccountSetting",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:ecr/registryPolicy:RegistryPolicy",
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
    ),
    "access points and mount targets are free; data is priced with the file system": (
        "aws:efs/accessPoint:AccessPoint",
        "aws:efs/backupPolicy:BackupPolicy",
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        "aws:efs/mountTarget:MountTarget",
    ),
    "included in the control plane": (
        "aws:eks/accessEntry:AccessEntry",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "aws:eks/addon:Addon",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    ),
    "included in the file system; requests are priced with the bucket": (
        "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation",
    ),
    "identities are free": (
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/serviceLinkedRole:ServiceLinkedRole",
    ),
    "key aliases and secret versions are priced with the key or secret": (
        "aws:kms/alias:Alias",
        "aws:secretsmanager/secretVersion:SecretVersion",
    ),
    "bucket settings are free; data is priced with the bucket": (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
    ),
    "a million messages and a thousand mails in a month are free": (
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
    ),
    "queue policies are free": ("aws:sqs/queuePolicy:QueuePolicy",),
}

FREE: Mapping[str, str] = {kind: reason for reason, kinds in _GROUPS.items() for kind in kinds}
"""Why, by Pulumi's type."""
