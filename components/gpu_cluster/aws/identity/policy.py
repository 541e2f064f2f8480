"""IAM policies as text."""

from collections.abc import Mapping
from typing import Any

import pulumi


def policy_document(*statements: Mapping[str, Any]) -> pulumi.Output[str]:
    """A policy with these statements, in the words of IAM: Effect, Action, Resource, Condition."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def managed_policy(name: str) -> str:
    """ARN of a policy that AWS itself keeps up to date: `service-role/AmazonEFSCSIDriverPolicy`."""
    return f"arn:aws:iam::aws:policy/{name}"
