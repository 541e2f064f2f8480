"""Parameters that many operations of EC2 take: dry runs and filters."""

from collections.abc import Iterable, Mapping

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.router import ApiCall


def refuse_dry_run(call: ApiCall) -> None:
    """A dry run ends here. Source: EC2 API reference, common parameter DryRun, 2026-11-28."""
    if call.parameters.get("DryRun"):
        raise ApiError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")


def filters_of(call: ApiCall, known: Iterable[str]) -> Mapping[str, list[str]]:
    """Values by name. `ApiError` for a filter that is not among those `known`."""
    filters = {each["Name"]: list(each["Values"]) for each in call.parameters.get("Filters", [])}
    if unknown := sorted(filters.keys() - set(known)):
        raise ApiError("InvalidParameterValue", f"The filter '{unknown[0]}' is invalid")
    return filters
