"""Keys of `gpu-cluster:pools.<name>` for user data, kubelet and DaemonSet reserve."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.section import Settings

_MOST_PODS = 737
"""Maximum pods per node with the VPC CNI (awslabs/amazon-eks-ami, eni-max-pods.txt, 2026-11-21)."""


def _pods(given: dict[str, Any]) -> dict[str, Any]:
    pods = given.get("maxPods", 1)
    if not isinstance(pods, int) or isinstance(pods, bool) or not 1 <= pods <= _MOST_PODS:
        raise ValueError(f"expected maxPods from 1 to {_MOST_PODS}, got {pods}")
    return given


SET_ELSEWHERE: Mapping[str, str] = {
    "clusterDNS": "set by the platform",
    "evictionHard": "capacity planning uses the EKS thresholds; use reserve instead",
    "kubeReserved": "capacity is planned with the reserve of EKS; expected reserve",
    "systemReserved": "capacity planning does not include it; use reserve instead",
    "registerWithTaints": "use taints of the pool instead",
}
"""KubeletConfiguration fields that are not allowed, with the key to use instead."""

KubeletFields = Annotated[
    dict[str, Any],
    AfterValidator(_pods),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {
                "maxPods": {
                    "description": "Maximum pods per node. Default: the EKS limit.",
                    "type": "integer",
                    "minimum": 1,
                    "maximum": _MOST_PODS,
                }
            },
            "propertyNames": {"not": {"enum": list(SET_ELSEWHERE)}},
            "additionalProperties": True,
        }
    ),
]


class UserData(Settings):
    """Additional parts of the user data."""

    script: str | None = None
    """Shell script that runs before the kubelet starts; with ami.family al2023. Default: none."""

    node_config: dict[str, Any] = Field(default={})
    """Spec of a nodeadm NodeConfig, merged over the platform's; with al2023. Default: none."""

    settings: dict[str, Any] = Field(default={})
    """Bottlerocket settings, merged over the platform's; with bottlerocket. Default: none."""


class Reserve(Settings):
    """Resources reserved on every node for its DaemonSets."""

    cpu: Quantity = "500m"
    """CPU. Default: 500m."""

    memory: Bytes = "1Gi"
    """Memory. Default: 1Gi."""
