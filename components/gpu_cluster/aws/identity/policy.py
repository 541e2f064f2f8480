"""IAM policies as text."""

from collections.abc import Mapping
from typing import Any

import pulumi

from gpu_cluster.config.partition import partition_of


def policy_document(*statements: Mapping[str, Any]) -> pulumi.Output[str]:
    """A policy with these statements, in the words of IAM: Effect, Action, Resource, Condition."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def managed_policy(name: str, region: str | None = None) -> str:
    """ARN of a policy that AWS itself keeps up to date: `service-role/AmazonEFSCSIDriverPolicy`.

    `region`: where it is used. Default: any of the commercial partition.
    """
    return f"arn:{partition_of(region)}:iam::aws:policy/{name}"
