from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from pulumi_kubernetes.networking import v1 as networking

from gpu_cluster.kubernetes.security import from_namespaces, to_dns, to_internet, to_networks
from tests.unit.graph import graph_of


def rendered(spec: networking.NetworkPolicySpecArgs) -> dict[str, Any]:
    return graph_of(lambda: networking.NetworkPolicy("policy", spec=spec)).only("NetworkPolicy")["spec"]


def reaches(spec: dict[str, Any], address: str) -> bool:
    """Whether an egress rule allows traffic to the address."""
    blocks = [peer["ipBlock"] for rule in spec["egress"] for peer in rule["to"] if "ipBlock" in peer]
    return any(
        ip_address(address) in ip_network(block["cidr"])
        and not any(ip_address(address) in ip_network(hole) for hole in block.get("except", ()))
        for block in blocks
    )


def test_from_namespaces_allows_the_named_namespaces_on_one_port() -> None:
    [rule] = rendered(from_namespaces({"b", "a"}, 8000))["ingress"]
    [peer] = rule["from"]
    [expression] = peer["namespaceSelector"]["matchExpressions"]
    assert expression == {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["a", "b"]}
    assert rule["ports"] == [{"port": 8000, "protocol": "TCP"}]


def test_to_dns_allows_udp_and_tcp() -> None:
    [rule] = rendered(to_dns())["egress"]
    assert {(port["port"], port["protocol"]) for port in rule["ports"]} == {(53, "UDP"), (53, "TCP")}


def test_to_dns_allows_the_node_local_cache() -> None:
    assert reaches(rendered(to_dns()), "169.254.20.10")
    assert not reaches(rendered(to_dns()), "169.254.169.254")
    other = rendered(to_dns(["10.96.0.10", "fd00::10"]))
    assert reaches(other, "10.96.0.10")
    assert reaches(other, "fd00::10")
    assert not reaches(other, "169.254.20.10")


def test_to_networks_allows_the_networks_on_one_port() -> None:
    spec = rendered(to_networks(["10.0.0.0/19"], 443))
    assert reaches(spec, "10.0.31.255")
    assert not reaches(spec, "10.0.32.0")
    assert spec["egress"][0]["ports"] == [{"port": 443, "protocol": "TCP"}]


@pytest.mark.parametrize("address", ["18.244.1.1", "2600:9000::1"])
def test_to_internet_allows_public_addresses(address: str) -> None:
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
def test_to_internet_denies_metadata_and_private_addresses(address: str) -> None:
    assert not reaches(rendered(to_internet(443)), address)
