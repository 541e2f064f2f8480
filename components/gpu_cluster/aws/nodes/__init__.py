"""Managed node groups of EKS, and the cluster autoscaler."""

from gpu_cluster.aws.nodes.cluster_autoscaler import ClusterAutoscaler
from gpu_cluster.aws.nodes.launch_template import NodeContext
from gpu_cluster.aws.nodes.node_group import NodeGroup
from gpu_cluster.aws.nodes.node_groups import NodeGroups
from gpu_cluster.aws.nodes.node_role import NodeRole
from gpu_cluster.aws.nodes.user_data import bottlerocket_settings, node_config, user_data

__all__ = [
    "ClusterAutoscaler",
    "NodeContext",
    "NodeGroup",
    "NodeGroups",
    "NodeRole",
    "bottlerocket_settings",
    "node_config",
    "user_data",
]
