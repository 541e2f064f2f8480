"""Route tables, their routes, and the subnets that use them."""

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, Inputs, Kind, State
from rehearsal.aws.services.ec2 import ROUTE_TABLE, SUBNET, VPC, arn, call, deleter, exists, find, one, retag

_DESTINATIONS = {
    "destinationCidrBlock": "DestinationCidrBlock",
    "destinationIpv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
}
_TARGETS = {
    "carrierGatewayId": "CarrierGatewayId",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
    "gatewayId": "GatewayId",
    "natGatewayId": "NatGatewayId",
    "networkInterfaceId": "NetworkInterfaceId",
    "transitGatewayId": "TransitGatewayId",
    "vpcEndpointId": "VpcEndpointId",
    "vpcPeeringConnectionId": "VpcPeeringConnectionId",
}
_INLINE = {"cidrBlock": "DestinationCidrBlock", "ipv6CidrBlock": "DestinationIpv6CidrBlock"}


def _named(inputs: Mapping[str, Any], names: Mapping[str, str]) -> Answer:
    return {parameter: inputs[name] for name, parameter in names.items() if inputs.get(name)}


def _read_table(api: Api, id: str, _state: State) -> Answer | None:
    table = one(api, "DescribeRouteTables", "RouteTableIds", id)
    if table is None:
        return None
    table.pop("Routes")  # those of Route resources would look like drift
    return table | {"arn": arn(api, table["OwnerId"], f"route-table/{id}")}


def _set_routes(api: Api, id: str, inputs: Inputs) -> None:
    """Make the routes beside the VPC's own those of the inputs."""
    table = one(api, "DescribeRouteTables", "RouteTableIds", id) or {}
    for route in table.get("Routes", []):
        if route.get("GatewayId") != "local":
            keys = {name: route[name] for name in _DESTINATIONS.values() if route.get(name)}
            call(api, "DeleteRoute", RouteTableId=id, **keys)
    for route in inputs.get("routes", []):
        call(api, "CreateRoute", RouteTableId=id, **_named(route, _INLINE), **_named(route, _TARGETS))


def _set_target(api: Api, _id: str, inputs: Inputs) -> None:
    destination = _named(inputs, _DESTINATIONS)
    call(api, "ReplaceRoute", RouteTableId=inputs["routeTableId"], **destination, **_named(inputs, _TARGETS))


def _read_route(api: Api, _id: str, state: State) -> Answer | None:
    wanted = _named(state, _DESTINATIONS)
    table = one(api, "DescribeRouteTables", "RouteTableIds", state["routeTableId"]) or {}
    return next((route for route in table.get("Routes", []) if wanted.items() <= route.items()), None)


def _delete_route(api: Api, _id: str, state: State) -> None:
    call(api, "DeleteRoute", RouteTableId=state["routeTableId"], **_named(state, _DESTINATIONS))


def _read_association(api: Api, id: str, _state: State) -> Answer | None:
    tables = find(api, "DescribeRouteTables", **{"association.route-table-association-id": id})
    associations = (each for table in tables for each in table["Associations"])
    return next((each for each in associations if each["RouteTableAssociationId"] == id), None)


KINDS = (
    Kind(
        type="aws:ec2/routeTable:RouteTable",
        service="ec2",
        create="CreateRouteTable",
        identify=lambda _inputs, answer: answer["RouteTable"]["RouteTableId"],
        read=_read_table,
        delete=deleter("DeleteRouteTable", "RouteTableId"),
        setters={"routes": _set_routes},
        tag_type="route-table",
        retag=retag,
        references={"vpcId": VPC},
    ),
    Kind(
        type="aws:ec2/route:Route",
        service="ec2",
        create="CreateRoute",
        identify=lambda inputs, _answer: "r-{}{}".format(
            inputs["routeTableId"], "".join(map(str, _named(inputs, _DESTINATIONS).values()))
        ),
        read=_read_route,
        delete=_delete_route,
        renames=_TARGETS,
        setters=dict.fromkeys(_TARGETS, _set_target),
        references={
            "routeTableId": ROUTE_TABLE,
            "natGatewayId": exists("DescribeNatGateways", "NatGatewayIds"),
        },
    ),
    Kind(
        type="aws:ec2/routeTableAssociation:RouteTableAssociation",
        service="ec2",
        create="AssociateRouteTable",
        identify=lambda _inputs, answer: answer["AssociationId"],
        read=_read_association,
        delete=deleter("DisassociateRouteTable", "AssociationId"),
        alone=True,
        references={"routeTableId": ROUTE_TABLE, "subnetId": SUBNET},
    ),
)
