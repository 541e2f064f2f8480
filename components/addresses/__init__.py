"""Addresses on AWS: where subnets lie, and how many addresses nodes take."""

from components.addresses.layout import ZONES, Tier, ipv6_subnet, subnet, usable

__all__ = ["ZONES", "Tier", "ipv6_subnet", "subnet", "usable"]
