"""`gpu-cluster:cluster.iam`: the permissions boundary and the path of IAM roles."""

from typing import Annotated

from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.settings import Settings

PolicyArn = Annotated[
    str,
    Pattern(
        r"arn:aws:iam::(\d{12}|aws):policy/[-\w+=,.@/]+",
        "the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/boundary",
    ),
]

IamPath = Annotated[
    str,
    Pattern(r"/([!-.0-~]+/){0,16}", "a path that begins and ends with a slash, such as /platform/"),
]
"""IAM takes 512 characters (IAM API reference, CreateRole, Path, 2026-11-29)."""


class IamSettings(Settings):
    """Permissions boundary and path of every IAM role that the platform creates."""

    permissions_boundary: PolicyArn | None = None
    """Policy that limits the permissions of every role, by ARN. Default: none."""

    path: IamPath = "/"
    """Path of roles, instance profiles and policies; they are replaced when it changes. Default: /."""
