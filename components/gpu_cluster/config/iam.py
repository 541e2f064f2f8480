"""`gpu-cluster:cluster.iam`: permissions boundary and path of IAM roles."""

from typing import Annotated

from gpu_cluster.config.partition import ARN
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings

PolicyArn = Annotated[
    str,
    Pattern(
        rf"{ARN}:iam::(\d{{12}}|aws):policy/[-\w+=,.@/]+",
        "the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/boundary",
    ),
]

IamPath = Annotated[
    str,
    Pattern(r"/([!-.0-~]+/){0,16}", "a path that begins and ends with a slash, such as /platform/"),
]
"""IAM accepts up to 512 characters (IAM API reference, CreateRole, Path, 2026-11-29)."""


class IamSettings(Settings):
    """Permissions boundary and path of every IAM role that the platform creates."""

    permissions_boundary: PolicyArn | None = None
    """ARN of the permissions boundary of every role. Default: none."""

    path: IamPath = "/"
    """Path of roles, instance profiles and policies; a change replaces them. Default: /."""
