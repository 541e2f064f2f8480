from fractions import Fraction

from gpu_cluster.cost import Item, priced
from gpu_cluster.cost.money import Range
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.items import REGION, aws, kubernetes


def monthly(item: Item) -> dict[str, Range]:
    return {line.what: line.monthly for line in priced([item], REGION, day=TODAY).lines}


def test_nat_gateway_costs_hours_and_traffic() -> None:
    assert monthly(aws("ec2/natGateway:NatGateway")) == {
        "NAT gateway": Range.of(Fraction("32.85")),  # 730 x 0.045
        "NAT gateway, traffic": Range.of(9),  # 200 GB x 0.045
    }


def test_public_ipv4_address_costs_hours() -> None:
    assert monthly(aws("ec2/eip:Eip")) == {"public IPv4 address": Range.of(Fraction("3.65"))}  # 730 x 0.005


def test_interface_endpoint_costs_hours_per_zone_and_traffic() -> None:
    endpoint = aws(
        "ec2/vpcEndpoint:VpcEndpoint",
        vpcEndpointType="Interface",
        serviceName="com.amazonaws.us-east-2.ecr.api",
        subnetIds=["a", "b", "c"],
    )

    assert monthly(endpoint) == {
        "endpoint ecr.api": Range.of(Fraction("21.9")),  # 3 x 730 x 0.01
        "endpoint ecr.api, traffic": Range.of(Fraction("0.5")),  # 50 GB x 0.01
    }


def test_gateway_endpoint_is_free() -> None:
    assert not monthly(aws("ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Gateway"))


def test_only_services_of_type_load_balancer_cost_money() -> None:
    assert monthly(kubernetes("Service", "chat", {"type": "LoadBalancer"})) == {
        "load balancer": Range.of(Fraction("16.425")),  # 730 x 0.0225
        "load balancer, traffic": Range.of(Fraction("0.6")),  # 100 GB x 0.006
    }
    assert not monthly(kubernetes("Service", "chat", {"type": "ClusterIP"}))
