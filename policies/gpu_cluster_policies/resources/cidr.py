"""Ranges of addresses, and whether one holds the whole world."""

from ipaddress import ip_network

from gpu_cluster_policies.resources.property import Property, UnreadableError

_WIDE = 8  # bits of a prefix, from which on a range is no longer a great part of the internet


def is_the_world(cidr: Property) -> bool:
    """Whether the range is the internet, or larger than any single network."""
    try:
        network = ip_network(cidr.text, strict=False)
    except ValueError:
        raise UnreadableError(cidr, cidr.shown, "a CIDR range such as 10.0.0.0/8") from None
    return network.prefixlen < _WIDE
