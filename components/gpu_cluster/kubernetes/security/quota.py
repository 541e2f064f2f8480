"""Quotas of a namespace."""

from collections.abc import Mapping

from pulumi_kubernetes.core import v1 as core


def quota_spec(hard: Mapping[str, str], priority_class: str | None = None) -> core.ResourceQuotaSpecArgs:
    """Hard limits by resource; with a priority class they count only its pods."""
    if priority_class is None:
        return core.ResourceQuotaSpecArgs(hard=hard)
    scope = core.ScopedResourceSelectorRequirementArgs(
        scope_name="PriorityClass", operator="In", values=[priority_class]
    )
    selector = core.ScopeSelectorArgs(match_expressions=[scope])
    return core.ResourceQuotaSpecArgs(hard=hard, scope_selector=selector)
