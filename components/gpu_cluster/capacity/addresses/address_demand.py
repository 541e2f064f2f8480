"""Maximum addresses of nodes and pods in each zone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gpu_cluster.capacity import Pool

_BLOCK = 16
"""Addresses of a prefix, the smallest unit that the VPC CNI allocates with prefix delegation. Without it, the
CNI allocates the addresses of a whole interface at once, with nearly the same result."""


@dataclass(frozen=True)
class Demand:
    """Addresses by zone."""

    nodes: Counter[str] = field(default_factory=Counter[str])
    pods: Counter[str] = field(default_factory=Counter[str])


def demand_of(pools: Iterable[Pool], zones: Mapping[str, Sequence[str]]) -> Demand:
    """Addresses used if all pools have nodes.max nodes, spread evenly and full of pods. `zones`: zones of
    each pool by name. Each node uses one address."""
    demand = Demand()
    for pool in pools:
        here = zones[pool.name]
        in_each = -(-pool.nodes.max // len(here))
        for zone in here:
            demand.nodes[zone] += in_each
            demand.pods[zone] += in_each * -(-pool.capacity.pods // _BLOCK) * _BLOCK
    return demand
