"""Node pools: what their nodes are, offer and let in."""

from components.pools.fit import nodes_for, replicas_per_node
from components.pools.hardware import Hardware, hardware_of
from components.pools.model_memory import Device, Load, Need, device_of, memory_share
from components.pools.place import Place, smallest_place
from components.pools.pool import GPU_RESOURCE, GPU_TAINT, POOL_LABEL, Pool, mig_resource, pools_of
from components.pools.request import Request, request_of, share_of_node
from components.pools.resources import Resources, allocatable
from components.pools.room import room

__all__ = [
    "GPU_RESOURCE",
    "GPU_TAINT",
    "POOL_LABEL",
    "Device",
    "Hardware",
    "Load",
    "Need",
    "Place",
    "Pool",
    "Request",
    "Resources",
    "allocatable",
    "device_of",
    "hardware_of",
    "memory_share",
    "mig_resource",
    "nodes_for",
    "pools_of",
    "replicas_per_node",
    "request_of",
    "room",
    "share_of_node",
    "smallest_place",
]
