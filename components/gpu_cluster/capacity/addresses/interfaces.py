"""Where the interface endpoints of a network have their addresses."""

from gpu_cluster.capacity.addresses.layout import Tier, subnet
from gpu_cluster.config.network import NetworkSettings


def endpoint_ranges(network: NetworkSettings | None) -> list[str]:
    """Ranges that the names of AWS services lead to within the VPC; none where they lead to the internet.

    An interface endpoint with private DNS takes over the name of its service for the whole VPC (AWS
    PrivateLink guide, "Private DNS names", 2026-11-28). In a VPC that was there before they may be anywhere.

    endpoint_ranges(stack.network)  # ["10.40.0.0/19", "10.40.32.0/19"]
    """
    if network is None:
        return []
    if network.existing:
        return sorted(network.existing.cidrs)
    if not network.endpoints:
        return []
    return [str(subnet(network.cidr, Tier.PRIVATE, zone)) for zone in sorted(network.zones)]
