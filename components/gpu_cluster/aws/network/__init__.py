"""The network of a cluster on AWS: a VPC with routes, endpoints and flow logs, or an existing one."""

from gpu_cluster.aws.network.network import Network

__all__ = ["Network"]
