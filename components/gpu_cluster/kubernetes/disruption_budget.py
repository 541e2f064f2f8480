"""Disruption budgets of replicas."""

from collections.abc import Mapping

from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.policy import v1 as policy


def one_at_a_time(labels: Mapping[str, str]) -> policy.PodDisruptionBudgetSpecArgs:
    """One pod may be evicted at a time; minAvailable would block the drain of a single replica."""
    return policy.PodDisruptionBudgetSpecArgs(
        max_unavailable=1,
        selector=meta.LabelSelectorArgs(match_labels=labels),
        unhealthy_pod_eviction_policy="AlwaysAllow",
    )
