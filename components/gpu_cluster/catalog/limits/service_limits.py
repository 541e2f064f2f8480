"""Limits on what one request or one resource of AWS holds: sizes of policies, counts and lengths.

Quotas of a whole account, which grow on request, are in `components/gpu_cluster/catalog/quotas.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.source import Source

_READ = date(2026, 11, 28)

LIMIT_SOURCES: Mapping[str, Source] = {
    "ec2": Source("docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html", _READ),
    "eks": Source("docs.aws.amazon.com/eks/latest/userguide/service-quotas.html", _READ),
    "iam": Source("docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html", _READ),
    "kms": Source("docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html", _READ),
    "model": Source("botocore 1.44.5, service models", _READ),
    "provider": Source("hashicorp/terraform-provider-aws 6.34.0, internal/service/eks/node_group.go", _READ),
    "s3": Source("docs.aws.amazon.com/AmazonS3/latest/dev/AccessPolicyLanguage_SpecialInfo.html", _READ),
    "sqs": Source(
        "docs.amazonwebservices.com/AWSSimpleQueueService/latest/SQSDeveloperGuide"
        "/AccessPolicyLanguage_SpecialInfo.html",
        _READ,
    ),
    "tags": Source("docs.aws.amazon.com/eks/latest/APIReference/API_PodIdentityAssociation.html", _READ),
    "taints": Source("docs.aws.amazon.com/eks/latest/userguide/node-taints-managed-node-groups.html", _READ),
    "vpc": Source("docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html", _READ),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """The most of something that a service accepts."""

    most: int
    unit: str
    """characters, bytes, or what is counted."""

    of: str
    """The resource that has them."""

    service: str
    adjustable: bool
    """True if AWS raises it on request."""

    source: str
    """Key of `LIMIT_SOURCES`."""

    def problem(self, given: int) -> str | None:
        """Message if the count exceeds the limit; otherwise None.

        LIMITS["node-group-taints"].problem(51)
        # a managed node group has 51 taints, EKS takes 50
        """
        if given <= self.most:
            return None
        raised = " unless AWS raised the quota" if self.adjustable else ""
        return f"{self.of} has {given} {self.unit}, {self.service} takes {self.most}{raised}"


# key, most, unit, adjustable, service, source, of
_TABLE = """
access-point-path            100 characters                    no  EFS model    the path of an access point
api-server-public-networks    40 public_networks               no  EKS eks      the endpoint of a cluster
ecr-lifecycle-policy       30720 characters                    no  ECR model    a lifecycle policy
ecr-repository-policy      10240 characters                    no  ECR model    the policy of a repository
efs-policy                 20000 characters                    no  EFS model    the policy of a file system
iam-inline-policies        10240 characters_of_inline_policies no  IAM iam      a role
iam-managed-policy          6144 characters                    no  IAM iam      a managed policy
iam-trust-policy            2048 characters                    yes IAM iam      the trust policy of a role
kms-key-policy             32768 bytes                         no  KMS kms      the policy of a key
node-group-label-key          63 characters                    no  EKS model    the key of a label
node-group-label-value        63 characters                    no  EKS model    the value of a label
node-group-taint-key          63 characters                    no  EKS provider the key of a taint
node-group-taints             50 taints                        no  EKS taints   a managed node group
s3-bucket-policy           20480 bytes                         no  S3  s3       the policy of a bucket
security-group-rules          60 rules_in_one_direction        yes EC2 vpc      a security group
security-groups                5 security_groups               yes EC2 vpc      a network interface
sqs-policy                  8192 bytes                         no  SQS sqs      the policy of a queue
tags                          50 tags                          no  AWS tags     a resource
user-data                  16384 bytes                         no  EC2 ec2      the user data of an instance
vpc-cidrs                      5 IPv4_ranges                   yes EC2 vpc      a VPC
"""


def _limits() -> dict[str, Limit]:
    rows = (line.split(maxsplit=6) for line in filter(None, _TABLE.splitlines()))
    return {
        key: Limit(int(most), unit.replace("_", " "), of, service, adjustable == "yes", source)
        for key, most, unit, adjustable, service, source, of in rows
    }


LIMITS: Mapping[str, Limit] = _limits()
"""Every limit that a stack could exceed, by a short name."""
