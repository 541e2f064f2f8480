"""What many operations of EC2 have in common: dry runs, filters and pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.aws.answering import Call
from rehearsal.aws.api import ApiError
from rehearsal.aws.operations.shelf import Document


def refuse_dry_run(call: Call) -> None:
    """A dry run ends here. Source: EC2 API reference, common parameter DryRun, 2026-11-28."""
    if call.parameters.get("DryRun"):
        raise ApiError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")


def filters_of(call: Call, known: Iterable[str]) -> Mapping[str, list[str]]:
    """Values by name. `ApiError` for a filter that is not among those `known`."""
    filters = {each["Name"]: list(each["Values"]) for each in call.parameters.get("Filters", [])}
    if unknown := sorted(filters.keys() - set(known)):
        raise ApiError("InvalidParameterValue", f"The filter '{unknown[0]}' is invalid")
    return filters


def page_of(call: Call, name: str, found: list[Document]) -> dict[str, Any]:
    """As many as are asked for, and where the next ones begin."""
    start = int(call.parameters.get("NextToken") or 0)
    end = start + int(call.parameters.get("MaxResults") or len(found) or 1)
    more = {"NextToken": str(end)} if end < len(found) else {}
    return {name: found[start:end], **more}
