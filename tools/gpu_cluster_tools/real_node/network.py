"""Addresses of the network of real nodes. It is seen by nothing else, so each checkout has the same."""

from ipaddress import IPv4Network

SERVICES = "10.100.0.0/16"  # that of the control plane
DNS_SERVICE = "10.100.0.10"
API_SERVER, API_SERVER_PORT = "192.0.2.1", 6443
"""Address at which pods find the API server; inside this network a relay answers there. Network policies of
the platform allow this port, as they see packets once the Service has led them on."""

NODES = IPv4Network("10.201.0.0/24")
PODS = IPv4Network("10.202.0.0/16")
DEVICE = "nodes"


def node_address(number: int) -> str:
    return str(NODES[number + 1])


def pod_range(number: int) -> str:
    """Addresses of the pods of a node."""
    return str(list(PODS.subnets(new_prefix=24))[number + 1])
