"""`gpu-cluster:cluster.addons`: EKS add-ons with their version, configuration and roles."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from gpu_cluster.config.names import Namespace
from gpu_cluster.config.partition import ARN
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings

AddonVersion = Annotated[
    str, Pattern(r"v\d+\.\d+\.\d+-eksbuild\.\d+", "a version of the add-on, such as v1.21.1-eksbuild.1")
]

RoleArn = Annotated[
    str,
    Pattern(
        rf"{ARN}:iam::\d{{12}}:role/[-\w+=,.@/]+",
        "the ARN of an IAM role, such as arn:aws:iam::123456789012:role/addon",
    ),
]


class AddonSettings(Settings):
    """EKS add-on. A version alone is short for `{version: …}`."""

    version: AddonVersion | None = None
    """Add-on version; required if the catalog does not include the add-on. Default: the catalog version."""

    values: dict[str, Any] = Field(default={})
    """Configuration values, merged over the platform's values. Default: none."""

    pod_identity: dict[Namespace, RoleArn] = Field(default={})
    """IAM role ARN by service account, for EKS Pod Identity. Default: none."""


def _spelled_out(given: Any) -> Any:
    return {"version": given} if isinstance(given, str) else given


Addon = Annotated[
    AddonSettings, BeforeValidator(_spelled_out, json_schema_input_type=AddonVersion | AddonSettings)
]
