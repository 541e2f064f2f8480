"""Further parts of a platform: stores and their backups, a registry, messages, a budget."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
limit = config.get("limit") or "1000"
days = config.get_int("days") or 35
gibibytes = config.get_int("gibibytes") or 2400
performance = config.get("performance") or "generalPurpose"
account = aws.get_caller_identity().account_id
region = aws.get_region().region


def trusted(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def policy(effect: str, principal: dict[str, str] | str, action: str, **more: object) -> str:
    statement = {"Effect": effect, "Principal": principal, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


vpc = aws.ec2.Vpc(
    "main", cidr_block="10.0.0.0/16", assign_generated_ipv6_cidr_block=True, tags={"use": "test"}
)
pods = aws.ec2.VpcIpv4CidrBlockAssociation("pods", vpc_id=vpc.id, cidr_block="100.64.0.0/16")
aws.ec2.EgressOnlyInternetGateway("main", vpc_id=vpc.id)
subnets = {
    zone: aws.ec2.Subnet(
        f"main-{zone}", vpc_id=pods.vpc_id, cidr_block=block, availability_zone=f"{region}{zone}"
    )
    for zone, block in {"a": "10.0.0.0/24", "b": "100.64.0.0/18"}.items()
}
group = aws.ec2.SecurityGroup("files", vpc_id=vpc.id, description="file systems")
# Before a Lustre file system: FSx refuses a group that does not allow port 988.
rules = [
    kind(
        "lnet",
        security_group_id=group.id,
        referenced_security_group_id=group.id,
        ip_protocol="tcp",
        from_port=988,
        to_port=988,
    )
    for kind in (aws.vpc.SecurityGroupIngressRule, aws.vpc.SecurityGroupEgressRule)
]
found = vpc.id.apply(lambda id: aws.ec2.get_subnets(filters=[{"name": "vpc-id", "values": [id]}]).ids)
key = aws.kms.Key("data", enable_key_rotation=True, deletion_window_in_days=7)

home = aws.efs.FileSystem(
    "home",
    encrypted=True,
    kms_key_id=key.arn,
    performance_mode=performance,
    throughput_mode=config.get("throughput") or "bursting",
    lifecycle_policies=[{"transition_to_ia": "AFTER_30_DAYS"}],
)
for zone, subnet in subnets.items():
    aws.efs.MountTarget(
        f"home-{zone}", file_system_id=home.id, subnet_id=subnet.id, security_groups=[group.id]
    )
aws.efs.AccessPoint("home", file_system_id=home.id, posix_user={"uid": 1000, "gid": 1000})
aws.efs.FileSystemPolicy(
    "home",
    file_system_id=home.id,
    policy=policy("Deny", {"AWS": "*"}, "*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
)

bucket = aws.s3.Bucket("datasets")
aws.s3.BucketOwnershipControls("datasets", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"})
datasets = aws.fsx.LustreFileSystem(
    "datasets",
    deployment_type="PERSISTENT_2",
    storage_capacity=gibibytes,
    per_unit_storage_throughput=125,
    file_system_type_version="2.15",
    kms_key_id=key.arn,
    subnet_ids=subnets["a"].id,
    security_group_ids=[group.id],
    skip_final_backup=True,
    opts=pulumi.ResourceOptions(depends_on=rules),
)
aws.fsx.DataRepositoryAssociation(
    "datasets",
    file_system_id=datasets.id,
    file_system_path="/",
    data_repository_path=pulumi.Output.concat("s3://", bucket.id),
    s3={"auto_import_policy": {"events": ["NEW", "CHANGED"]}},
)

vault = aws.backup.Vault("main", kms_key_arn=key.arn)
aws.backup.VaultLockConfiguration("main", backup_vault_name=vault.name, min_retention_days=7)
plan = aws.backup.Plan(
    "daily",
    rules=[
        {
            "rule_name": "daily",
            "target_vault_name": vault.name,
            "schedule": "cron(0 1 * * ? *)",
            "lifecycle": {"delete_after": days},
        }
    ],
)
backup = aws.iam.Role("backup", assume_role_policy=trusted("backup.amazonaws.com"))
aws.backup.Selection("home", plan_id=plan.id, iam_role_arn=backup.arn, resources=[home.arn])

dead = aws.sqs.Queue("dead")
queue = aws.sqs.Queue(
    "interruptions",
    message_retention_seconds=config.get_int("retention") or 300,
    redrive_policy=dead.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})),
)
aws.sqs.QueuePolicy(
    "interruptions",
    queue_url=queue.url,
    policy=queue.arn.apply(
        lambda arn: policy("Allow", {"Service": "events.amazonaws.com"}, "sqs:SendMessage", Resource=arn)
    ),
)
rule = aws.cloudwatch.EventRule("spot", event_pattern=json.dumps({"source": ["aws.ec2"]}))
aws.cloudwatch.EventTarget("spot", rule=rule.name, arn=queue.arn, retry_policy={"maximum_retry_attempts": 3})

ecr = aws.iam.Role("ecr", assume_role_policy=trusted("ecr.amazonaws.com"))
template = aws.ecr.RepositoryCreationTemplate(
    "quay",
    prefix="dev/quay.io",
    applied_fors=["PULL_THROUGH_CACHE"],
    custom_role_arn=ecr.arn,
    encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}],
    image_tag_mutability=config.get("mutability") or "IMMUTABLE",
)
aws.ecr.PullThroughCacheRule("quay", ecr_repository_prefix=template.prefix, upstream_registry_url="quay.io")
aws.ecr.RegistryScanningConfiguration(
    "all",
    scan_type="ENHANCED",
    rules=[
        {
            "scan_frequency": "CONTINUOUS_SCAN",
            "repository_filters": [{"filter": "*", "filter_type": "WILDCARD"}],
        }
    ],
)
aws.ecr.ReplicationConfiguration(
    "all",
    replication_configuration={
        "rules": [{"destinations": [{"region": "eu-west-1", "registry_id": account}]}]
    },
)
repository = aws.ecr.Repository("train")
aws.ecr.RepositoryPolicy(
    "train",
    repository=repository.name,
    policy=policy("Allow", {"AWS": f"arn:aws:iam::{account}:root"}, "ecr:BatchGetImage"),
)

token = aws.secretsmanager.Secret("token", kms_key_id=key.arn, recovery_window_in_days=0)
aws.secretsmanager.SecretVersion("token", secret_id=token.id, secret_string="in the clear")
alerts = aws.sns.Topic("alerts", kms_master_key_id=key.id)
aws.sns.TopicSubscription("alerts", topic=alerts.arn, protocol="email", endpoint="platform@example.com")
aws.cloudwatch.MetricAlarm(
    "late",
    namespace="AWS/SQS",
    metric_name="ApproximateAgeOfOldestMessage",
    dimensions={"QueueName": queue.name},
    statistic="Maximum",
    comparison_operator="GreaterThanThreshold",
    threshold=300,
    period=60,
    evaluation_periods=3,
    alarm_actions=[alerts.arn],
)
aws.budgets.Budget(
    "monthly",
    budget_type="COST",
    time_unit="MONTHLY",
    limit_amount=limit,
    limit_unit="USD",
    cost_types={"include_credit": False},
    cost_filters=[{"name": "TagKeyValue", "values": ["user:stack$dev"]}],
    notifications=[
        {
            "comparison_operator": "GREATER_THAN",
            "notification_type": "FORECASTED",
            "threshold": 100,
            "threshold_type": "PERCENTAGE",
            "subscriber_email_addresses": ["platform@example.com"],
        }
    ],
)

pulumi.export("found", found)
pulumi.export("home", home.id)
pulumi.export("datasets", datasets.id)
pulumi.export("mount", datasets.mount_name)
pulumi.export("queue", queue.url)
