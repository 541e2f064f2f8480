from gpu_cluster.plan import Graph, Registered
from tests.unit.gpu_cluster.aws.network.networks import A, B, network


def endpoints(graph: Graph) -> dict[str, Registered]:
    """By the service that they lead to."""
    return {
        it["serviceName"].removeprefix("com.amazonaws.eu-central-1."): it for it in graph.of("VpcEndpoint")
    }


def test_s3_is_reached_from_every_route_table() -> None:
    graph = network(endpoints=[])
    s3 = endpoints(graph)["s3"]
    assert s3["vpcEndpointType"] == "Gateway"
    assert sorted(s3["routeTableIds"]) == sorted(f"{it.name}-id" for it in graph.of("RouteTable"))


def test_without_other_services_there_is_nothing_else() -> None:
    graph = network(endpoints=[])
    assert set(endpoints(graph)) == {"s3"}
    assert not graph.of("SecurityGroup")


def test_every_node_finds_what_it_calls_in_its_zone_under_the_usual_name() -> None:
    found = endpoints(network())
    assert {"ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts"} < set(found)
    for service in set(found) - {"s3"}:
        assert found[service]["vpcEndpointType"] == "Interface"
        assert found[service]["privateDnsEnabled"] is True
        assert found[service]["subnetIds"] == [f"n-subnets-private-{zone}-id" for zone in (A, B)]


def test_their_addresses_are_open_to_https_from_the_vpc_alone() -> None:
    graph = network(cidr="10.8.0.0/16", podCidr="100.64.0.0/16")
    group = graph.only("SecurityGroup")
    rules = graph.of("SecurityGroupIngressRule")
    assert {rule["cidrIpv4"] for rule in rules} == {"10.8.0.0/16", "100.64.0.0/16"}
    for rule in rules:
        assert rule["securityGroupId"] == f"{group.name}-id"
        assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 443, 443)
    assert not {"ingress", "egress"} & group.inputs.keys()
    interfaces = [it for it in graph.of("VpcEndpoint") if it["vpcEndpointType"] == "Interface"]
    assert all(it["securityGroupIds"] == [f"{group.name}-id"] for it in interfaces)
