"""Security groups of a file system must admit Lustre's network protocol before it is created.

Source of the message: AWS's answer in github.com/awslabs/awsome-distributed-ai/pull/839, 2025-09-02; of the
rules: FSx for Lustre user guide, limit-access-security-groups, 2026-11-30.
"""

from collections.abc import Sequence
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError

_PORT = 988


def require_lnet(api: Api, vpc: str, groups: Sequence[str] | None) -> None:
    """`ApiError` unless the groups together admit port 988 in both directions; default: the VPC's own."""
    default = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    asked: dict[str, Any] = {"GroupIds": list(groups)} if groups else {"Filters": default}
    try:
        found = api.call("ec2", "DescribeSecurityGroups", **asked)["SecurityGroups"]
    except ApiError as error:
        raise ApiError("InvalidNetworkSettings", error.message) from error
    directions = ("IpPermissions", "IpPermissionsEgress")
    if not all(any(_admits(rule) for group in found for rule in group[each]) for each in directions):
        raise ApiError(
            "InvalidNetworkSettings",
            "The file system cannot be created because the default security group in the subnet provided or"
            f" the provided security groups do not permit Lustre LNET network traffic on port {_PORT}",
        )


def _admits(rule: dict[str, Any]) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    return rule["IpProtocol"] == "tcp" and rule["FromPort"] <= _PORT <= rule["ToPort"]
