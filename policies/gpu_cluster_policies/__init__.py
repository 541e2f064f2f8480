"""Rules for the resources of a stack, and a policy pack that evaluates them in Pulumi's engine."""

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.pack import Pack, Report, pack_of
from gpu_cluster_policies.policy_file import PolicyFileError
from gpu_cluster_policies.resources.resource import Resource
from gpu_cluster_policies.rule import Finding, Level, NotEvaluated, Rule

__all__ = [
    "UNKNOWN",
    "Finding",
    "Level",
    "NotEvaluated",
    "Pack",
    "PolicyFileError",
    "Report",
    "Resource",
    "Rule",
    "pack_of",
]
