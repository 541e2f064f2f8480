"""Limits in a namespace: quotas, and the requests and limits of containers that state none."""

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


def default_limits() -> core.LimitRangeSpecArgs:
    """Defaults of containers. No CPU limit, which would throttle containers with only a request."""
    item = core.LimitRangeItemArgs(
        type="Container",
        default_request={"cpu": "100m", "memory": "128Mi"},
        default={"memory": "512Mi"},
    )
    return core.LimitRangeSpecArgs(limits=[item])
