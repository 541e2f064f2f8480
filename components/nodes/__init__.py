"""Nodes that EKS starts, and what starts more of them when pods wait."""

from components.nodes.cluster_autoscaler import ClusterAutoscaler
from components.nodes.launch_template import Ground
from components.nodes.node_group import NodeGroup
from components.nodes.node_groups import NodeGroups
from components.nodes.node_role import NodeRole
from components.nodes.user_data import bottlerocket_settings, node_config, user_data

__all__ = [
    "ClusterAutoscaler",
    "Ground",
    "NodeGroup",
    "NodeGroups",
    "NodeRole",
    "bottlerocket_settings",
    "node_config",
    "user_data",
]
