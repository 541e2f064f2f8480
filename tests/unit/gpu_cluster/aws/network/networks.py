"""Network graphs for tests."""

from typing import Any

from gpu_cluster.aws.network import Network
from gpu_cluster.config.network import NetworkSettings
from gpu_cluster.plan import Graph, Registered
from tests.unit.graph import Lookup, graph_of

REGION = "eu-central-1"
ACCOUNT = "123456789012"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1"
A, B, C = (f"{REGION}{letter}" for letter in "abc")

_IPV6 = {"Vpc": {"ipv6CidrBlock": "2001:db8:1234:5600::/56"}}


def network(lookup: Lookup | None = None, **settings: Any) -> Graph:
    """Graph of a network with these settings of a stack file; two zones by default."""
    zones = {} if "existing" in settings else {"zones": [A, B]}
    chosen = NetworkSettings.model_validate(zones | settings)
    made: dict[str, Any] = {"region": REGION, "account": ACCOUNT, "logs_key": KEY, "protect": True}
    return graph_of(lambda: Network("n", chosen, **made), _IPV6, lookup)


def outputs(graph: Graph) -> dict[str, Any]:
    return graph.outputs[graph.only("index:Network").urn]


def subnets(graph: Graph, tier: str) -> dict[str, Registered]:
    """Subnets of a tier by zone."""
    named = [it for it in graph.of("subnet:Subnet") if f"-{tier}-" in it["tags.Name"]]
    return {it["availabilityZone"]: it for it in named}
