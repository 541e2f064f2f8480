"""Gateways, addresses, endpoints, load balancers and traffic."""

from collections.abc import Iterator

from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.line_item import Entry, PricingContext
from gpu_cluster.cost.unpriced import Unpriced

_PART = "network"


def nat_gateway(item: Item, context: PricingContext) -> Iterator[Entry]:
    yield context.line(item, "nat-hour", part=_PART, what="NAT gateway", unit="gateway")
    yield context.used(item, "nat-gb", "nat-gb", part=_PART, what="NAT gateway, traffic")


def address(item: Item, context: PricingContext) -> Iterator[Entry]:
    """A public IPv4 address costs the same in use and out of use."""
    yield context.line(item, "public-address", part=_PART, what="public IPv4 address", unit="address")


def endpoint(item: Item, context: PricingContext) -> Iterator[Entry]:
    """An interface in each of its zones; those of S3 and DynamoDB are routes, and free."""
    if item.inputs.get("vpcEndpointType") != "Interface":
        return
    zones = len(item.at("subnetIds"))
    service = str(item.at("serviceName")).split(".", 3)[-1]  # of com.amazonaws.<region>.<service>
    yield context.line(
        item, "endpoint-hour", part=_PART, what=f"endpoint {service}", unit="zone", quantity=zones
    )
    yield context.used(item, "endpoint-gb", "endpoint-gb", part=_PART, what=f"endpoint {service}, traffic")


def load_balancer(item: Item, context: PricingContext) -> Iterator[Entry]:
    """AWS makes one for a Service of this type; others lead nowhere outside of the cluster."""
    if item.inputs.get("spec", {}).get("type") != "LoadBalancer":
        return
    yield context.line(item, "load-balancer", part=_PART, what="load balancer", unit="balancer")
    yield context.used(item, "load-balancer-gb", "balancer-gb", part=_PART, what="load balancer, traffic")


def gateway(item: Item, context: PricingContext) -> Iterator[Entry]:
    """Envoy Gateway makes a load balancer of these parameters."""
    service = item.inputs["spec"]["provider"]["kubernetes"].get("envoyService", {})
    inputs = {"spec": {"type": service.get("type", "LoadBalancer")}}
    yield from load_balancer(item._replace(inputs=inputs), context)


def other_gateway(item: Item, _site: PricingContext) -> Iterator[Entry]:
    """A Gateway without parameters uses a class of the cluster: the resources that the class creates are
    unknown."""
    spec = item.inputs["spec"]
    if "parametersRef" not in spec.get("infrastructure", {}):
        name = spec["gatewayClassName"]
        yield Unpriced(
            f"no price for the resources of GatewayClass {name}, typically a load balancer", item.name
        )


def traffic(item: Item, context: PricingContext) -> Iterator[Entry]:
    """Traffic of a cluster."""
    yield context.used(item, "other-zone-gb", "zone-gb", part=_PART, what="traffic between zones")
    yield context.used(item, "internet-gb", "internet-gb", part=_PART, what="traffic to the internet")
