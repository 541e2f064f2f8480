"""Hardware of an instance type, and the resources that pods may ask for."""

from gpu_cluster.capacity import GPU_RESOURCE, Hardware, hardware_of
from gpu_cluster.config.min_max import MinMax
from gpu_cluster.config.pools import PoolSettings
from gpu_cluster_tools.rehearsal.simulated_nodes.instance_types import instance_types, known


def server_of(type: str) -> Hardware:
    """Hardware of an instance type, such as g6.4xlarge."""
    return hardware_of(PoolSettings(instance=type, nodes=MinMax(min=1, max=1)), known())


def offered_by(type: str) -> dict[str, str]:
    """Extended resources of a node once the device plugin runs there."""
    gpus = instance_types()[type].gpus
    offered = server_of(type).allocatable.quantities()
    return offered | ({GPU_RESOURCE: str(gpus)} if gpus else {})
