"""Node pools: what their nodes are, offer and let in."""

from components.pools.fit import Request, nodes_for, replicas_per_node, room
from components.pools.hardware import Hardware, hardware_of
from components.pools.pool import GPU_RESOURCE, GPU_TAINT, POOL_LABEL, Pool, mig_resource, pools_of
from components.pools.request import request_of, share_of_node
from components.pools.resources import Resources, allocatable

__all__ = [
    "GPU_RESOURCE",
    "GPU_TAINT",
    "POOL_LABEL",
    "Hardware",
    "Pool",
    "Request",
    "Resources",
    "allocatable",
    "hardware_of",
    "mig_resource",
    "nodes_for",
    "pools_of",
    "replicas_per_node",
    "request_of",
    "room",
    "share_of_node",
]
