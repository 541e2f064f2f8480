"""Pagination by MaxResults and NextToken."""

from collections.abc import Sequence
from typing import Any

from gpu_cluster_tools.rehearsal.aws.router import ApiCall


def page_of(call: ApiCall, name: str, found: Sequence[Any], default: int | None = None) -> dict[str, Any]:
    """One page of what was found, and the token of the next one.

    `default`: results of a page where the call does not say; None for all of them.
    """
    start = int(call.parameters.get("NextToken") or 0)
    end = start + int(call.parameters.get("MaxResults") or default or len(found) or 1)
    more = {"NextToken": str(end)} if end < len(found) else {}
    return {name: found[start:end], **more}
