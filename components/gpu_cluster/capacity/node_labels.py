"""Labels of the nodes of a pool."""

from collections.abc import Mapping

from gpu_cluster.capacity.node_hardware import Hardware
from gpu_cluster.config.pool_capacity import Capacity, Market
from gpu_cluster.config.pools import PoolSettings, Provisioner, Sharing

POOL_LABEL = "gpu-cluster/pool"
MIG_LABEL = "nvidia.com/mig.config"
"""Label with the MIG layout for the MIG manager."""

MIG_DIVIDED = {"nvidia.com/mig.config.state": "success"}
"""Labels that the manager gives a node whose GPUs are as its layout says, and changes before it divides."""

ACCELERATOR_LABEL = "k8s.amazonaws.com/accelerator"
"""Label of nodes whose GPUs are not registered yet, for the cluster autoscaler."""


def node_labels(hardware: Hardware) -> dict[str, str]:
    """Labels that kubelet and cloud put on a node."""
    labels = {"kubernetes.io/arch": hardware.architecture, "kubernetes.io/os": "linux"}
    if hardware.instance_type:
        labels["node.kubernetes.io/instance-type"] = hardware.instance_type
    return labels


def aws_labels(
    settings: PoolSettings, hardware: Hardware, zones: tuple[str, ...], region: str | None
) -> dict[str, str]:
    """Node labels that EKS and the cloud controller set, also used by the autoscaler and the MIG manager."""
    labels = {"topology.kubernetes.io/region": region} if region else {}
    if len(zones) == 1:
        labels["topology.kubernetes.io/zone"] = zones[0]
    if settings.provisioner is Provisioner.NODE_GROUP:
        labels["eks.amazonaws.com/capacityType"] = capacity_type(settings.capacity)
    # With MIG there is no nvidia.com/gpu, and the autoscaler would wait for it for ever.
    if settings.sharing and settings.sharing.mig:
        labels[MIG_LABEL] = mig_layout_name(settings.sharing.mig)
    elif hardware.gpu and hardware.gpus:
        labels[ACCELERATOR_LABEL] = f"nvidia-{hardware.gpu.name.lower()}"
    return labels


def gpu_labels(hardware: Hardware, sharing: Sharing | None) -> dict[str, str]:
    """Labels of GPU feature discovery: selectors written for it work without it."""
    if not hardware.gpu:
        return {}
    shared = pods_per_gpu(sharing) > 1
    return {
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": hardware.gpu.product + ("-SHARED" if shared else ""),
        "nvidia.com/gpu.count": str(hardware.gpus),
        "nvidia.com/gpu.memory": str(hardware.gpu.memory_mib),
    }


def mig_layout_name(layout: Mapping[str, int]) -> str:
    """MIG layout as a label value.

    mig_layout_name({"3g.40gb": 1, "1g.10gb": 3})  # 1g.10gb-3_3g.40gb-1
    """
    return "_".join(f"{profile}-{count}" for profile, count in sorted(layout.items()))


def capacity_type(capacity: Capacity) -> str:
    """EKS capacity type: ON_DEMAND (also for reservations), SPOT or CAPACITY_BLOCK."""
    if capacity.capacity_block:
        return "CAPACITY_BLOCK"
    return "SPOT" if capacity.market is Market.SPOT else "ON_DEMAND"


def pods_per_gpu(sharing: Sharing | None) -> int:
    return (sharing.time_slicing or sharing.mps or 1) if sharing else 1
