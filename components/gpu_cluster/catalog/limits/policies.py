"""Sizes of policies as IAM counts them."""

import re

from gpu_cluster.catalog.limits.service_limits import LIMITS


def policy_characters(document: str) -> int:
    """Characters of a policy without white space, which IAM does not count.

    Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, 2026-11-28.

    policy_characters('{"Version": "2012-10-17"}')  # 24
    """
    return len(re.sub(r"\s", "", document))


def inline_policies_problem(*documents: str) -> str | None:
    """Reason why a role cannot have these inline policies together; None if it can."""
    return LIMITS["iam-inline-policies"].problem(sum(map(policy_characters, documents)))
