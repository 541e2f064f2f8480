from gpu_cluster.plan import Graph, Registered
from tests.unit.gpu_cluster.aws.network.networks import A, B, network


def endpoints(graph: Graph) -> dict[str, Registered]:
    """VPC endpoints by service."""
    return {
        it["serviceName"].removeprefix("com.amazonaws.eu-central-1."): it for it in graph.of("VpcEndpoint")
    }


def test_s3_gateway_endpoint_is_in_every_route_table() -> None:
    graph = network(endpoints=[])
    s3 = endpoints(graph)["s3"]
    assert s3["vpcEndpointType"] == "Gateway"
    assert sorted(s3["routeTableIds"]) == sorted(f"{it.name}-id" for it in graph.of("RouteTable"))


def test_only_the_s3_endpoint_exists_without_configured_endpoints() -> None:
    graph = network(endpoints=[])
    assert set(endpoints(graph)) == {"s3"}
    assert not graph.of("SecurityGroup")


def test_interface_endpoints_are_in_every_zone_with_private_dns() -> None:
    found = endpoints(network())
    assert {"ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts"} < set(found)
    for service in set(found) - {"s3"}:
        assert found[service]["vpcEndpointType"] == "Interface"
        assert found[service]["privateDnsEnabled"] is True
        assert found[service]["subnetIds"] == [f"n-subnets-private-{zone}-id" for zone in (A, B)]


def test_interface_endpoints_accept_only_https_from_the_vpc() -> None:
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
