"""Devices of a simulated server, and their use by its operating system."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (settings are any TOML)

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lightkube.resources.core_v1 import Node

from gpu_cluster.capacity import GPU_RESOURCE, Handover
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import annotation_of

_GPUS, _EFA = "gpu-cluster/gpus", "gpu-cluster/efa"
_STRICT, _SYSTEM = "gpu-cluster/gpus-by-variable", "gpu-cluster/device-plugin-of-system"
NO_GPUS = "gpu-cluster/no-gpus"
"""Annotation of a node that says why its GPUs reach no container."""


@dataclass(frozen=True)
class Devices:
    """Devices of a server, whether or not anything offers them."""

    gpus: int = 0
    """GPUs that the image has a driver for."""

    efa: int = 0
    """Network interfaces with EFA."""

    by_variable: bool = True
    """True if NVIDIA_VISIBLE_DEVICES exposes GPUs to a container without SYS_ADMIN."""

    system: Mapping[str, Any] | None = None
    """Settings of a device plugin that the operating system runs; None where it runs none."""

    @classmethod
    def of(cls, node: Node) -> Self:
        system = annotation_of(node, _SYSTEM)
        return cls(
            int(annotation_of(node, _GPUS) or 0),
            int(annotation_of(node, _EFA) or 0),
            annotation_of(node, _STRICT) != "false",
            json.loads(system) if system else None,
        )

    def annotations(self) -> dict[str, str]:
        """Annotations of a simulated node with these devices."""
        if not (self.gpus or self.efa):
            return {}
        said = {_GPUS: str(self.gpus), _EFA: str(self.efa)}
        strict = {} if self.by_variable else {_STRICT: "false"}
        return said | strict | ({_SYSTEM: json.dumps(self.system)} if self.system is not None else {})

    def offered_by_system(self) -> dict[str, int]:
        """Resources of the operating system's plugin; none where there is none, or it is switched off."""
        settings = self.system
        if settings is None or not settings.get("enabled", True) or not self.gpus:
            return {}
        strategy = settings.get("device-sharing-strategy", "none")
        ways = settings.get(strategy, {})
        if strategy == "none":
            return {GPU_RESOURCE: self.gpus}
        renamed = ".shared" if ways.get("rename-by-default", True) else ""
        return {GPU_RESOURCE + renamed: self.gpus * int(ways.get("replicas", 2))}

    def refuses(self, *, sys_admin: bool, handover: str) -> str | None:
        """Reason why a pod's device plugin cannot expose this node's GPUs to containers; None if it can."""
        if self.offered_by_system():
            return "the operating system already runs a device plugin"
        if self.by_variable:
            return None
        if not sys_admin:
            return "the device plugin has no SYS_ADMIN, which the runtime requires to expose GPUs"
        if handover == Handover.VARIABLE:
            return (
                "the device plugin assigns GPUs with NVIDIA_VISIBLE_DEVICES, which the runtime does not read"
            )
        return None


def devices_of_image(image: str, user_data: str, *, gpus: int, efa: int) -> Devices:
    """Devices of a server of EKS. `image`: its AMI type; `user_data`: as text.

    Bottlerocket reads the variable only in privileged containers (nvidia-container-toolkit-config-k8s in
    bottlerocket-os/bottlerocket-core-kit, 2024-10-24). Amazon Linux has been seen with either value, so what
    passes here works with both (awslabs/amazon-eks-ami issue 2706, 2026-05-06).
    """
    found = gpus if "NVIDIA" in image or image == "CUSTOM" else 0
    strict = image != "CUSTOM"
    if not image.startswith("BOTTLEROCKET"):
        return Devices(found, efa, by_variable=not strict or not found)
    settings = tomllib.loads(user_data).get("settings", {})
    plugin = settings.get("kubelet-device-plugins", {}).get("nvidia", {})
    return Devices(found, efa, by_variable=not found, system=plugin if found else None)
