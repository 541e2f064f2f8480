from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from pulumi_kubernetes.networking import v1 as networking

from components.security import from_namespaces, to_dns, to_internet
from tests.unit.graph import graph_of


def rendered(spec: networking.NetworkPolicySpecArgs) -> dict[str, Any]:
    return graph_of(lambda: networking.NetworkPolicy("policy", spec=spec)).only("NetworkPolicy")["spec"]


def reaches(spec: dict[str, Any], address: str) -> bool:
    """Whether an egress rule by address lets a packet to this one out."""
    blocks = [peer["ipBlock"] for rule in spec["egress"] for peer in rule["to"]]
    return any(
        ip_address(address) in ip_network(block["cidr"])
        and not any(ip_address(address) in ip_network(hole) for hole in block["except"])
        for block in blocks
    )


def test_named_namespaces_come_in_on_one_port() -> None:
    [rule] = rendered(from_namespaces({"b", "a"}, 8000))["ingress"]
    [peer] = rule["from"]
    [expression] = peer["namespaceSelector"]["matchExpressions"]
    assert expression == {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["a", "b"]}
    assert rule["ports"] == [{"port": 8000, "protocol": "TCP"}]


def test_names_are_asked_over_both_protocols() -> None:
    [rule] = rendered(to_dns())["egress"]
    assert {(port["port"], port["protocol"]) for port in rule["ports"]} == {(53, "UDP"), (53, "TCP")}


@pytest.mark.parametrize("address", ["18.244.1.1", "2600:9000::1"])
def test_the_internet_is_reached(address: str) -> None:
    assert reaches(rendered(to_internet(443)), address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.23",
        "fd00:ec2::254",
        "10.96.0.1",
        "172.20.0.1",
        "192.168.1.1",
        "100.64.0.1",
    ],
)
def test_metadata_services_cluster_and_site_are_not(address: str) -> None:
    assert not reaches(rendered(to_internet(443)), address)
