"""Node pools: hardware, allocatable resources, sharing and scheduling."""

from gpu_cluster.capacity.ami import ami_release, kubelet_version
from gpu_cluster.capacity.bandwidth import node_gbps, read_gbps
from gpu_cluster.capacity.bin_packing import nodes_for, replicas_per_node
from gpu_cluster.capacity.engine_options import EngineOptions, engine_options, release_of
from gpu_cluster.capacity.free_capacity import free_capacity
from gpu_cluster.capacity.gateway_routes import (
    Route,
    RouteTarget,
    aliases_of,
    api_path,
    counted_models,
    host_of,
    path_of,
    picked_models,
    routes_of,
    routes_of_team,
    stated,
)
from gpu_cluster.capacity.gpu_assignment import Handover
from gpu_cluster.capacity.gpu_slot import GpuSlot, smallest_fit
from gpu_cluster.capacity.known_model import config_problem, known_model, load_of
from gpu_cluster.capacity.load_time import load_time, weights_pull_minutes
from gpu_cluster.capacity.mirrored_model import (
    HUB_NAME,
    MIRROR_CPU_MILLIS,
    MIRROR_MEMORY_BYTES,
    REVISION,
    MirroredModel,
    folder_of,
    mirror_jobs,
    mirrored_models,
)
from gpu_cluster.capacity.model_memory import Device, MemoryEstimate, ModelLoad, device_of, memory_share
from gpu_cluster.capacity.node_hardware import Hardware, eks_hardware_of, hardware_of
from gpu_cluster.capacity.node_labels import (
    ACCELERATOR_LABEL,
    MIG_DIVIDED,
    MIG_LABEL,
    POOL_LABEL,
    capacity_type,
    mig_layout_name,
)
from gpu_cluster.capacity.pod_requests import Request, gpu_resource, request_of, share_of_node
from gpu_cluster.capacity.pool import (
    EFA_RESOURCE,
    GPU_RESOURCE,
    GPU_TAINT,
    Pool,
    mig_resource,
    pools_of,
)
from gpu_cluster.capacity.prefetch_requests import PREFETCH_LIMITS, PREFETCH_REQUESTS
from gpu_cluster.capacity.replica_device import replica_device
from gpu_cluster.capacity.resources import Resources, allocatable
from gpu_cluster.capacity.rollout_surge import minutes_to_replace, surge_nodes, surges
from gpu_cluster.capacity.root_disk import RootDisk, root_disk
from gpu_cluster.capacity.scaling_metric import scales, served_metrics, waiting_metric
from gpu_cluster.capacity.team_share import Share, quota_by_resource, share_of

__all__ = [
    "ACCELERATOR_LABEL",
    "EFA_RESOURCE",
    "GPU_RESOURCE",
    "GPU_TAINT",
    "HUB_NAME",
    "MIG_DIVIDED",
    "MIG_LABEL",
    "MIRROR_CPU_MILLIS",
    "MIRROR_MEMORY_BYTES",
    "POOL_LABEL",
    "PREFETCH_LIMITS",
    "PREFETCH_REQUESTS",
    "REVISION",
    "Device",
    "EngineOptions",
    "GpuSlot",
    "Handover",
    "Hardware",
    "MemoryEstimate",
    "MirroredModel",
    "ModelLoad",
    "Pool",
    "Request",
    "Resources",
    "RootDisk",
    "Route",
    "RouteTarget",
    "Share",
    "aliases_of",
    "allocatable",
    "ami_release",
    "api_path",
    "capacity_type",
    "config_problem",
    "counted_models",
    "device_of",
    "eks_hardware_of",
    "engine_options",
    "folder_of",
    "free_capacity",
    "gpu_resource",
    "hardware_of",
    "host_of",
    "known_model",
    "kubelet_version",
    "load_of",
    "load_time",
    "memory_share",
    "mig_layout_name",
    "mig_resource",
    "minutes_to_replace",
    "mirror_jobs",
    "mirrored_models",
    "node_gbps",
    "nodes_for",
    "path_of",
    "picked_models",
    "pools_of",
    "quota_by_resource",
    "read_gbps",
    "release_of",
    "replica_device",
    "replicas_per_node",
    "request_of",
    "root_disk",
    "routes_of",
    "routes_of_team",
    "scales",
    "served_metrics",
    "share_of",
    "share_of_node",
    "smallest_fit",
    "stated",
    "surge_nodes",
    "surges",
    "waiting_metric",
    "weights_pull_minutes",
]
