"""`gpu-cluster:onCall`: who answers alerts, and what they may do in the cluster."""

from typing import Annotated

from pydantic import Field

from gpu_cluster.config.names import NonBlank
from gpu_cluster.config.settings import Settings

ON_CALL_GROUP = "gpu-cluster:on-call"
"""Group that the role of on-call is bound to."""

ON_CALL_NAMESPACE = "on-call"


class OnCallSettings(Settings):
    """Who answers alerts, and what they may do in the cluster."""

    members: list[NonBlank] = Field(min_length=1)
    """Who is on call: ARNs with eks, users or group:name with existing."""

    break_glass_minutes: Annotated[int, Field(ge=10, le=60)] = 30
    """Minutes that a token with a shell in pods of teams and models is valid at most. Default: 30."""
