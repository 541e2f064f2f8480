"""Who may do what in the AWS account."""

from components.identity.pod_identity import PodIdentity
from components.identity.policy import managed_policy, policy_document

__all__ = ["PodIdentity", "managed_policy", "policy_document"]
