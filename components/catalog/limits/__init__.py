"""Limits of AWS services: names, policies, counts and labels, each with its source."""

from components.catalog.limits.names import (
    NAME_LIMITS,
    NAME_SOURCES,
    NameLimit,
    automatic_name_problem,
    fitted,
)

__all__ = ["NAME_LIMITS", "NAME_SOURCES", "NameLimit", "automatic_name_problem", "fitted"]
