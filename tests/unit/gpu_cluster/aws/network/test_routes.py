import pytest

from gpu_cluster.plan import Graph, Registered
from tests.unit.gpu_cluster.aws.network.networks import A, B, C, network

WORLD, WORLD_IPV6 = "0.0.0.0/0", "::/0"


def ways(graph: Graph, subnet: str) -> dict[str, str]:
    """Route targets of a subnet, by destination."""
    table = {it["subnetId"]: it["routeTableId"] for it in graph.of("RouteTableAssociation")}[subnet]
    return dict(_way(route) for route in graph.of("route:Route") if route["routeTableId"] == table)


def _way(route: Registered) -> tuple[str, str]:
    given = {key: value for key, value in route.inputs.items() if key != "routeTableId"}
    [destination] = (value for key, value in given.items() if key.startswith("destination"))
    [target] = (value for key, value in given.items() if not key.startswith("destination"))
    return destination, target


def test_every_subnet_has_one_route_table() -> None:
    graph = network(podCidr="100.64.0.0/16")
    associated = [it["subnetId"] for it in graph.of("RouteTableAssociation")]
    assert sorted(associated) == sorted(f"{it.name}-id" for it in graph.of("subnet:Subnet"))


def test_public_subnets_reach_the_internet_directly() -> None:
    graph = network()
    assert ways(graph, f"n-subnets-public-{A}-id") == {WORLD: "n-routes-internet-id"}


def test_private_and_pod_subnets_use_the_nat_gateway_of_their_zone() -> None:
    graph = network(podCidr="100.64.0.0/16")
    for zone in (A, B):
        for tier in ("private", "pods"):
            assert ways(graph, f"n-subnets-{tier}-{zone}-id") == {WORLD: f"n-routes-nat-{zone}-id"}
    placed = {it.name: it["subnetId"] for it in graph.of("NatGateway")}
    assert placed == {f"n-routes-nat-{zone}": f"n-subnets-public-{zone}-id" for zone in (A, B)}


def test_single_nat_gateway_is_in_the_first_zone_for_all_zones() -> None:
    graph = network(nat="single", zones=[B, A])
    assert [it["subnetId"] for it in graph.of("NatGateway")] == [f"n-subnets-public-{B}-id"]
    assert {ways(graph, f"n-subnets-private-{zone}-id")[WORLD] for zone in (A, B)} == {f"n-routes-nat-{B}-id"}


def test_change_to_nat_per_zone_keeps_the_first_gateway_and_all_tables() -> None:
    single = {it.urn: it.inputs for it in network(nat="single").resources}
    every = {it.urn: it.inputs for it in network(nat="per-zone").resources}
    assert single.keys() < every.keys()
    changed = {urn.rpartition("::")[2] for urn in single if single[urn] != every[urn]}
    assert changed == {f"n-routes-private-{B}-out"}


def test_added_zone_keeps_the_single_nat_gateway() -> None:
    before = {it.urn: it.inputs for it in network(nat="single").resources}
    after = {it.urn: it.inputs for it in network(nat="single", zones=[A, B, C]).resources}
    changed = {urn.rpartition("::")[2] for urn in before if before[urn] != after[urn]}
    assert {name for name in changed if "endpoints" not in name} == set()


def test_nat_gateway_is_deleted_before_it_is_replaced() -> None:
    assert all(it.deleted_before_replaced for it in network().of("NatGateway"))


def test_nat_gateways_and_addresses_depend_on_the_internet_gateway() -> None:
    graph = network()
    internet = graph.only("InternetGateway")
    for resource in (*graph.of("NatGateway"), *graph.of("eip:Eip")):
        assert graph.waits_for(resource, internet)


@pytest.mark.parametrize("ipv6", [False, True])
def test_network_without_nat_has_no_routes_or_gateways(ipv6: bool) -> None:
    graph = network(nat="none", ipv6=ipv6, podCidr="100.64.0.0/16")
    for token in ("route:Route", "InternetGateway", "EgressOnlyInternetGateway", "NatGateway", "eip:Eip"):
        assert not graph.of(token)


def test_intra_subnets_have_no_routes() -> None:
    assert ways(network(ipv6=True), f"n-subnets-intra-{A}-id") == {}


def test_ipv6_private_subnets_use_an_egress_only_gateway() -> None:
    graph = network(ipv6=True)
    private = ways(graph, f"n-subnets-private-{B}-id")
    assert private == {WORLD: f"n-routes-nat-{B}-id", WORLD_IPV6: "n-routes-egress-only-id"}
    assert ways(graph, f"n-subnets-public-{B}-id")[WORLD_IPV6] == "n-routes-internet-id"
