"""`gpu-cluster:onCall`: on-call members and their permissions in the cluster."""

from typing import Annotated

from pydantic import Field

from gpu_cluster.config.names import NonBlank
from gpu_cluster.config.section import Settings

ON_CALL_GROUP = "gpu-cluster:on-call"
"""Group that the on-call role is bound to."""

ON_CALL_NAMESPACE = "on-call"


class OnCallSettings(Settings):
    """On-call members and their permissions in the cluster."""

    members: list[NonBlank] = Field(min_length=1)
    """On-call members: ARNs with eks, users or group:name with existing."""

    break_glass_minutes: Annotated[int, Field(ge=10, le=60)] = 30
    """Maximum validity of break-glass tokens for pod shells, in minutes. Default: 30."""
