"""Keys of `gpu-cluster:pools.<name>` about the inside of a node: user data, kubelet, and its DaemonSets."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.settings import Settings

_MOST_PODS = 737
"""Most pods of an instance type with the VPC CNI (awslabs/amazon-eks-ami, eni-max-pods.txt, 2026-11-21)."""


def _pods(given: dict[str, Any]) -> dict[str, Any]:
    pods = given.get("maxPods", 1)
    if not isinstance(pods, int) or isinstance(pods, bool) or not 1 <= pods <= _MOST_PODS:
        raise ValueError(f"expected maxPods from 1 to {_MOST_PODS}, got {pods}")
    return given


SET_ELSEWHERE: Mapping[str, str] = {
    "clusterDNS": "the platform sets it",
    "evictionHard": "capacity is planned with the thresholds of EKS; expected reserve",
    "kubeReserved": "capacity is planned with the reserve of EKS; expected reserve",
    "systemReserved": "capacity is planned without it; expected reserve",
    "registerWithTaints": "expected taints of the pool",
}
"""KubeletConfiguration fields, and where the stack file has them."""

KubeletFields = Annotated[
    dict[str, Any],
    AfterValidator(_pods),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {
                "maxPods": {
                    "description": "Pods of one node. Default: as many as EKS allows.",
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
    """Parts of user data beside those of the platform."""

    script: str | None = None
    """Shell script, which runs before the kubelet starts; with ami.family al2023. Default: none."""

    node_config: dict[str, Any] = Field(default={})
    """Spec of a further NodeConfig of nodeadm, over the platform's; with al2023. Default: none."""

    settings: dict[str, Any] = Field(default={})
    """Settings of Bottlerocket below `settings`, over the platform's; with bottlerocket. Default: none."""


class Reserve(Settings):
    """Resources of every node that are kept for its DaemonSets."""

    cpu: Quantity = "500m"
    """CPU. Default: 500m."""

    memory: Bytes = "1Gi"
    """Memory. Default: 1Gi."""
