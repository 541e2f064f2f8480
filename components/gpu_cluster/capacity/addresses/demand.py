"""Maximum addresses of nodes and pods in each zone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gpu_cluster.capacity import Pool

_BLOCK = 16
"""Addresses of a prefix, the least that the VPC CNI takes for pods where it delegates prefixes. Where it does
not it takes those of a whole interface at once, which comes to nearly the same."""


@dataclass(frozen=True)
class Demand:
    """Addresses by zone."""

    nodes: Counter[str] = field(default_factory=Counter[str])
    pods: Counter[str] = field(default_factory=Counter[str])


def demand_of(pools: Iterable[Pool], zones: Mapping[str, Sequence[str]]) -> Demand:
    """Addresses with all pools at nodes.max, spread evenly, and nodes full of pods.

    `zones`: those of each pool by its name. A node takes one address for itself.
    """
    demand = Demand()
    for pool in pools:
        here = zones[pool.name]
        in_each = -(-pool.nodes.max // len(here))
        for zone in here:
            demand.nodes[zone] += in_each
            demand.pods[zone] += in_each * -(-pool.capacity.pods // _BLOCK) * _BLOCK
    return demand
