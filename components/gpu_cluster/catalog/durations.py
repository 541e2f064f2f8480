"""How long AWS and Kubernetes typically take to make a resource and to delete it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.source import Source

DURATION_SOURCES = {
    "logs": Source(
        "'Creation complete after' and 'Destruction complete after' in the logs of Terraform that public "
        "repositories show; medians of five to ten",
        date(2026, 11, 21),
    ),
    "cluster": Source(
        "logs as above, 8 to 11 minutes; the EKS API reference on CreateCluster says 10 to 15",
        date(2026, 11, 21),
    ),
    "lustre": Source(
        "aws-samples/aws-hpc-tutorials, FSx for Lustre, about 10 minutes; acceptance tests of "
        "hashicorp/terraform-provider-aws, 8 to 10 with the deletion",
        date(2022, 9, 15),
    ),
    "efs": Source("logs of tests in turbot/steampipe-plugin-aws, pull request 426", date(2021, 5, 26)),
    "call": Source("logs as above: the call answers when the resource is there", date(2026, 11, 21)),
    "interface": Source(
        "estimate: network interfaces as of a mount target; no public measurement found", date(2026, 11, 21)
    ),
    "object": Source("the real engine and API server on two cores, measured", date(2026, 11, 21)),
    "small image": Source(
        "logs as above, of add-ons: a Deployment is ready with its image pulled", date(2026, 11, 21)
    ),
    "large image": Source(
        "AWS Machine Learning Blog, Reducing container cold start times using SOCI index: 4 to 6 minutes for "
        "images of 15 to 20 GB",
        date(2026, 6, 3),
    ),
    "weights": Source(
        "Run:ai Model Streamer, Performance Benchmarks: vLLM's default loader takes 48 s for 15 GB on gp3",
        date(2024, 10, 29),
    ),
    "bucket": Source(
        "run-ai/runai-model-streamer, docs/src/benchmarks.md: 3.51 GiB in a second from S3 on g5.12xlarge, "
        "which has 40 Gbps; straight from S3, through Mountpoint not seen",
        date(2026, 11, 28),
    ),
    "engine": Source(
        "vllm-project/vllm, pull request 11078: 87 s of init engine with torch.compile for 8B on L4; "
        "issue 20264: 30 s around it for imports and the API server; other logs of vLLM, 20 to 330 s",
        date(2026, 11, 29),
    ),
}


@dataclass(frozen=True, slots=True)
class Duration:
    """Minutes."""

    create: float
    delete: float
    source: Source


LARGE_IMAGE_MINUTES = 5.0
"""To pull and unpack the image of an inference engine."""

WEIGHTS_BYTES_PER_MINUTE = 15e9 / 48 * 60
"""Read from a volume into memory; as fast at best is the download into that volume."""

BUCKET_SHARE = 0.75
"""Of its network bandwidth a node reads a bucket with."""

_START_SECONDS, _LONGEST_START_SECONDS = 90, 330
_LARGE_BYTES = 80e9


def engine_start_minutes(weights: int) -> float:
    """Imports, torch.compile, CUDA graph capture and the start of the API server, beside the weights.

    `weights`: bytes on each GPU. Published logs show 20 s, with a warm compile cache, to 330 s, for models
    that fill their GPUs; a pod starts with an empty cache.
    """
    part = min(1, weights / _LARGE_BYTES)
    return (_START_SECONDS + part * (_LONGEST_START_SECONDS - _START_SECONDS)) / 60


def duration_of(type: str) -> Duration:
    """By type, such as aws:eks/cluster:Cluster. `KeyError` where nothing is known of it."""
    found = DURATIONS.get(type)
    if found is None and type.startswith("kubernetes:"):
        return _OBJECT
    return found or DURATIONS[type]


def _of(create: float, delete: float, source: str) -> Duration:
    return Duration(create, delete, DURATION_SOURCES[source])


_OBJECT = _of(0.01, 0.02, "object")
_CALL = _of(0.03, 0.02, "call")

_LASTING = {
    "aws:ec2/natGateway:NatGateway": _of(1.8, 1.2, "logs"),
    "aws:ec2/subnet:Subnet": _of(0.1, 0.02, "logs"),
    "aws:ec2/vpc:Vpc": _of(0.3, 0.02, "logs"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _of(1.4, 1.0, "interface"),
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": _of(0.2, 0.2, "logs"),
    "aws:efs/accessPoint:AccessPoint": _of(0.1, 0.1, "efs"),
    "aws:efs/fileSystem:FileSystem": _of(0.2, 0.1, "efs"),
    "aws:efs/mountTarget:MountTarget": _of(1.4, 0.3, "efs"),
    "aws:eks/addon:Addon": _of(0.6, 0.2, "logs"),
    "aws:eks/cluster:Cluster": _of(10.0, 3.0, "cluster"),
    "aws:eks/nodeGroup:NodeGroup": _of(2.1, 6.3, "logs"),
    "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": _of(5.0, 2.0, "lustre"),
    "aws:fsx/lustreFileSystem:LustreFileSystem": _of(10.0, 3.0, "lustre"),
    "aws:kms/key:Key": _of(0.5, 0.02, "logs"),
    "kubernetes:apps/v1:DaemonSet": _of(0.5, 0.1, "small image"),
    "kubernetes:apps/v1:Deployment": _of(0.5, 0.1, "small image"),
    "kubernetes:apps/v1:StatefulSet": _of(0.5, 0.1, "small image"),
    "kubernetes:batch/v1:Job": _of(0.5, 0.1, "small image"),
    "kubernetes:core/v1:Namespace": _of(0.01, 0.1, "object"),
    "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet": _of(0.5, 0.1, "small image"),
    "kubernetes:helm.sh/v3:Release": _of(0.8, 0.3, "small image"),
    "kubernetes:helm.sh/v4:Chart": _OBJECT,
}

_AT_ONCE = (
    "aws:autoscaling/schedule:Schedule",
    "aws:autoscaling/tag:Tag",
    "aws:backup/plan:Plan",
    "aws:backup/selection:Selection",
    "aws:backup/vault:Vault",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
    "aws:budgets/budget:Budget",
    "aws:budgets/budgetAction:BudgetAction",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
    "aws:ec2/eip:Eip",
    "aws:ec2/flowLog:FlowLog",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/placementGroup:PlacementGroup",
    "aws:ec2/route:Route",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/tag:Tag",
    "aws:ecr/accountSetting:AccountSetting",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
    "aws:ecr/registryPolicy:RegistryPolicy",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    "aws:ecr/repository:Repository",
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:efs/backupPolicy:BackupPolicy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy",
    "aws:eks/accessEntry:AccessEntry",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    "aws:iam/instanceProfile:InstanceProfile",
    "aws:iam/policy:Policy",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/serviceLinkedRole:ServiceLinkedRole",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:kms/alias:Alias",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:secretsmanager/secret:Secret",
    "aws:secretsmanager/secretVersion:SecretVersion",
    "aws:sns/topic:Topic",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription",
    "aws:sqs/queue:Queue",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
)

DURATIONS: Mapping[str, Duration] = dict.fromkeys(_AT_ONCE, _CALL) | _LASTING
"""By type. Objects of Kubernetes that are not here are there at once."""
