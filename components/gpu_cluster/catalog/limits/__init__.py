"""Limits of AWS services: names, policies, counts and labels, each with its source."""

from gpu_cluster.catalog.limits.labels import is_within, label_problem
from gpu_cluster.catalog.limits.names import (
    NAME_LIMITS,
    NAME_SOURCES,
    NameLimit,
    automatic_name_problem,
    fitted,
)
from gpu_cluster.catalog.limits.policies import inline_policies_problem, policy_characters
from gpu_cluster.catalog.limits.requests import Exceeded, request_problems
from gpu_cluster.catalog.limits.service_limits import LIMIT_SOURCES, LIMITS, Limit

__all__ = [
    "LIMITS",
    "LIMIT_SOURCES",
    "NAME_LIMITS",
    "NAME_SOURCES",
    "Exceeded",
    "Limit",
    "NameLimit",
    "automatic_name_problem",
    "fitted",
    "inline_policies_problem",
    "is_within",
    "label_problem",
    "policy_characters",
    "request_problems",
]
