"""Maximum lengths of AWS resource names, and the names that pulumi-aws makes automatically.

pulumi-aws gives unnamed resources the name `<logical name>-<7 hex digits>`. It has its own maximum for each
resource type, and fails the preview if the name is longer. If its maximum exceeds that of the service, the
service rejects the name on creation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from gpu_cluster.catalog.source import Source

_AWS = date(2026, 11, 28)

NAME_SOURCES: Mapping[str, Source] = {
    "pulumi": Source("github.com/pulumi/pulumi-aws, provider/resource_overrides.go and autonaming.go", _AWS),
    "backup": Source("docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupPlan.html", _AWS),
    "ec2": Source("docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html", _AWS),
    "eks": Source("hashicorp/terraform-provider-aws 6.34.0, internal/service/eks/node_group.go", _AWS),
    "s3": Source("docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html", _AWS),
    "security-group": Source(
        "docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html", _AWS
    ),
    "sns": Source("docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html", _AWS),
    "sqs": Source("docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html", _AWS),
    "model": Source("botocore 1.44.5, service models", _AWS),
}

SUFFIX = 8
"""A dash and seven hex digits."""

_HASH = 6
_LAST_WORD = 12


@dataclass(frozen=True, slots=True)
class NameLimit:
    """The longest name of a resource type."""

    argument: str
    """Input that the automatic name is given to."""

    most: int
    """Characters that the service takes."""

    automatic: int
    """Characters that pulumi-aws makes at most, before it ends with an error."""

    source: str
    """Key of `NAME_SOURCES`, for `most`."""

    prefix: str = ""
    """Text that pulumi-aws puts in front."""

    @property
    def logical(self) -> int:
        """Characters of the longest logical name whose automatic name both accept."""
        return min(self.most - len(self.prefix), self.automatic) - SUFFIX


# type                                            property       most  automatic  source  prefix
_TABLE = """
aws:backup/plan:Plan                              name             50  255  backup
aws:backup/selection:Selection                    name             50  255  model
aws:backup/vault:Vault                            name             50  255  model
aws:budgets/budget:Budget                         name            100  255  model
aws:cloudwatch/eventRule:EventRule                name             64   64  model
aws:cloudwatch/eventTarget:EventTarget            targetId         64  255  model
aws:cloudwatch/logGroup:LogGroup                  name            512  255  model
aws:cloudwatch/metricAlarm:MetricAlarm            name            255  255  model
aws:ec2/launchTemplate:LaunchTemplate             name            128  255  ec2
aws:ec2/securityGroup:SecurityGroup               name            255  255  security-group
aws:ecr/repository:Repository                     name            256  255  model
aws:efs/fileSystem:FileSystem                     creationToken    64  255  model
aws:eks/cluster:Cluster                           name            100  255  model
aws:eks/nodeGroup:NodeGroup                       nodeGroupName    63  255  eks
aws:iam/instanceProfile:InstanceProfile           name            128  255  model
aws:iam/policy:Policy                             name            128  255  model
aws:iam/role:Role                                 name             64   64  model
aws:iam/rolePolicy:RolePolicy                     name            128  255  model
aws:kms/alias:Alias                               name            256  238  model   alias/
aws:s3/bucket:Bucket                              bucket           63   63  s3
aws:secretsmanager/secret:Secret                  name            512  255  model
aws:sns/topic:Topic                               name            256  255  sns
aws:sqs/queue:Queue                               name             80  255  sqs
"""


def _limits() -> dict[str, NameLimit]:
    rows = (line.split() for line in filter(None, _TABLE.splitlines()))
    return {
        token: NameLimit(named, int(most), int(automatic), source, *prefix)
        for token, named, most, automatic, source, *prefix in rows
    }


NAME_LIMITS: Mapping[str, NameLimit] = _limits()
"""Every resource type in use that pulumi-aws names automatically, by its token."""


def fitted(resource_type: str, name: str) -> str:
    """The logical name if its automatic name fits, otherwise a shorter, deterministic one: a short last word
    stays, and a hash of the whole name makes it unique.

    fitted("aws:iam/role:Role", "platform-addons-aws-mountpoint-s3-csi-driver-identity-role")
    # platform-addons-aws-mountpoint-s3-csi-driver-…-role
    """
    most = NAME_LIMITS[resource_type].logical
    if len(name) <= most:
        return name
    last = name.rpartition("-")[2]
    tail = f"-{sha256(name.encode()).hexdigest()[:_HASH]}" + (f"-{last}" if len(last) <= _LAST_WORD else "")
    return name[: most - len(tail)].rstrip("-") + tail


def automatic_name_problem(resource_type: str, name: str) -> str | None:
    """Reason why the automatic name of this logical name is invalid for a resource type; None if it is valid.

    automatic_name_problem("aws:iam/role:Role", "r" * 57)
    # the automatic name of rrr… has 65 characters, aws:iam/role:Role takes 64
    """
    limit = NAME_LIMITS.get(resource_type)
    if limit is None or len(name) <= limit.logical:
        return None
    length = len(limit.prefix) + len(name) + SUFFIX
    most = limit.logical + SUFFIX + len(limit.prefix)
    return f"the automatic name of {name} has {length} characters, {resource_type} takes {most}"
