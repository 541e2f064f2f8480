"""Addresses on AWS: where subnets lie, and how many addresses nodes take."""

from gpu_cluster.capacity.addresses.address_demand import Demand, demand_of
from gpu_cluster.capacity.addresses.endpoint_ranges import endpoint_ranges
from gpu_cluster.capacity.addresses.subnet_layout import ZONES, Tier, ipv6_subnet, pod_ranges, subnet, usable

__all__ = [
    "ZONES",
    "Demand",
    "Tier",
    "demand_of",
    "endpoint_ranges",
    "ipv6_subnet",
    "pod_ranges",
    "subnet",
    "usable",
]
