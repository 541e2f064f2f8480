"""The tables of docs/limits.md: every limit of AWS that the catalog has, with its source."""

import re
from collections.abc import Iterable, Mapping

from gpu_cluster.catalog.limits import LIMIT_SOURCES, LIMITS, NAME_LIMITS, NAME_SOURCES, Limit
from gpu_cluster.catalog.source import Source
from gpu_cluster_policies.markup import table

_TABLE = re.compile(r"(<!-- table of (\w+) -->\n).*?<!-- end -->", re.DOTALL)


def with_tables(page: str) -> str:
    """The page with its tables as the catalog has them now."""
    drawn = {"limits": "\n".join(_limits()), "names": "\n".join(_names())}
    return _TABLE.sub(lambda found: f"{found[1]}{drawn[found[2]]}\n<!-- end -->", page)


def _limits() -> Iterable[str]:
    rows = [
        [_what(it), f"{it.most:,}", "yes" if it.adjustable else "no", _source(it.source, LIMIT_SOURCES)]
        for it in LIMITS.values()
    ]
    return table(["limit", "maximum", "adjustable", "source"], rows, numbers=[1])


def _what(limit: Limit) -> str:
    return f"{limit.unit} of {limit.of} ({limit.service})"


def _names() -> Iterable[str]:
    rows = [
        [f"`{token}`", f"{it.most:,}", str(it.automatic), str(it.logical), _source(it.source, NAME_SOURCES)]
        for token, it in NAME_LIMITS.items()
    ]
    head = ["type", "service", "pulumi-aws", "logical name", "source of the service maximum"]
    return table(head, rows, numbers=[1, 2, 3])


def _source(key: str, sources: Mapping[str, Source]) -> str:
    found = sources[key]
    return f"{found.where}, {found.date}"
