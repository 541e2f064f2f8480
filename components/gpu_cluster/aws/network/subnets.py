"""Subnets of a VPC, as other components receive them."""

from dataclasses import dataclass, field

import pulumi

ByZone = dict[str, pulumi.Output[str]]
"""Id of a subnet by its zone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subnets:
    """The subnets of each tier, by zone."""

    vpc_id: pulumi.Output[str]
    private: ByZone
    intra: ByZone
    public: ByZone = field(default_factory=ByZone)
    """Empty where nothing reaches the internet."""

    pods: ByZone = field(default_factory=ByZone)
    """Empty where pods take their addresses from the private subnets."""
