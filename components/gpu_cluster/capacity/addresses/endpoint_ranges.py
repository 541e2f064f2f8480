"""CIDR ranges of the interface endpoints of a network."""

from gpu_cluster.capacity.addresses.subnet_layout import Tier, subnet
from gpu_cluster.config.network import NetworkSettings


def endpoint_ranges(network: NetworkSettings | None) -> list[str]:
    """CIDR ranges that AWS service names resolve to in the VPC; none if they resolve to the internet.

    An interface endpoint with private DNS takes over the name of its service for the whole VPC (AWS
    PrivateLink guide, "Private DNS names", 2026-11-28). In an existing VPC, endpoints may be in any range.

    endpoint_ranges(stack.network)  # ["10.40.0.0/19", "10.40.32.0/19"]
    """
    if network is None:
        return []
    if network.existing:
        return sorted(network.existing.cidrs)
    if not network.endpoints:
        return []
    return [str(subnet(network.cidr, Tier.PRIVATE, zone)) for zone in sorted(network.zones)]
