"""The network of a cluster on AWS: a VPC with its subnets, ways out, endpoints and records, or one found."""

from gpu_cluster.aws.network.network import Network

__all__ = ["Network"]
