"""IAM roles and policies in the AWS account."""

from gpu_cluster.aws.identity.pod_identity import PodIdentity
from gpu_cluster.aws.identity.policy import managed_policy, policy_document

__all__ = ["PodIdentity", "managed_policy", "policy_document"]
