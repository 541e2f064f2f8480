"""IAM roles and policies in the AWS account."""

from gpu_cluster.aws.identity.account_rules import iam_rules
from gpu_cluster.aws.identity.pod_identity import PodIdentity
from gpu_cluster.aws.identity.policy import managed_policy, policy_document

__all__ = ["PodIdentity", "iam_rules", "managed_policy", "policy_document"]
