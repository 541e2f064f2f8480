"""Ways out of a VPC: internet gateways for both directions and for one, elastic addresses, NAT gateways."""

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, Inputs, Kind, State
from rehearsal.aws.services.ec2 import SUBNET, VPC, arn, call, deleter, exists, living, one, retag


def _attach(api: Api, id: str, inputs: Inputs) -> None:
    """Leave the VPC that the gateway is attached to, and join the one that is given."""
    gateway = one(api, "DescribeInternetGateways", "InternetGatewayIds", id) or {}
    attached = [each["VpcId"] for each in gateway.get("Attachments", [])]
    wanted = inputs.get("vpcId")
    for vpc in attached:
        if vpc != wanted:
            _require_unmapped(api, vpc)
            call(api, "DetachInternetGateway", InternetGatewayId=id, VpcId=vpc)
    if wanted and wanted not in attached:
        call(api, "AttachInternetGateway", InternetGatewayId=id, VpcId=wanted)


def _require_unmapped(api: Api, vpc: str) -> None:
    if living(api, "DescribeNatGateways", vpc_id=vpc):
        raise ApiError("DependencyViolation", f"Network {vpc} has some mapped public address(es).")


def _read_internet_gateway(api: Api, id: str, _state: State) -> Answer | None:
    gateway = one(api, "DescribeInternetGateways", "InternetGatewayIds", id)
    if gateway is None:
        return None
    attached: list[Answer] = gateway.get("Attachments", [])
    vpc = {"vpcId": attached[0]["VpcId"]} if attached else {}
    return gateway | vpc | {"arn": arn(api, gateway["OwnerId"], f"internet-gateway/{id}")}


def _delete_internet_gateway(api: Api, id: str, _state: State) -> None:
    _attach(api, id, {})
    call(api, "DeleteInternetGateway", InternetGatewayId=id)


def _read_egress_gateway(api: Api, id: str, _state: State) -> Answer | None:
    gateway = one(api, "DescribeEgressOnlyInternetGateways", "EgressOnlyInternetGatewayIds", id)
    return gateway and gateway | {"vpcId": gateway["Attachments"][0]["VpcId"]}


def _read_address(api: Api, id: str, _state: State) -> Answer | None:
    address = one(api, "DescribeAddresses", "AllocationIds", id)
    if address is None:
        return None
    dashed = address["PublicIp"].replace(".", "-")
    return address | {
        "publicDns": f"ec2-{dashed}.{api.region}.compute.amazonaws.com",
        "privateIp": address.get("PrivateIpAddress"),
    }


def _delete_address(api: Api, id: str, _state: State) -> None:
    users = [
        gateway
        for gateway in living(api, "DescribeNatGateways")
        if any(address.get("AllocationId") == id for address in gateway["NatGatewayAddresses"])
    ]
    if users:
        raise ApiError("InvalidIPAddress.InUse", f"Address {id} is in use by {users[0]['NatGatewayId']}.")
    call(api, "ReleaseAddress", AllocationId=id)


def _read_nat_gateway(api: Api, id: str, _state: State) -> Answer | None:
    gateway = one(api, "DescribeNatGateways", "NatGatewayIds", id)
    if gateway is None or gateway["State"] == "deleted":
        return None
    return gateway | gateway["NatGatewayAddresses"][0]


KINDS = (
    Kind(
        type="aws:ec2/internetGateway:InternetGateway",
        service="ec2",
        create="CreateInternetGateway",
        identify=lambda _inputs, answer: answer["InternetGateway"]["InternetGatewayId"],
        read=_read_internet_gateway,
        delete=_delete_internet_gateway,
        setters={"vpcId": _attach},
        tag_type="internet-gateway",
        retag=retag,
        references={"vpcId": VPC},
    ),
    Kind(
        type="aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
        service="ec2",
        create="CreateEgressOnlyInternetGateway",
        identify=lambda _inputs, answer: answer["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"],
        read=_read_egress_gateway,
        delete=deleter("DeleteEgressOnlyInternetGateway", "EgressOnlyInternetGatewayId"),
        tag_type="egress-only-internet-gateway",
        retag=retag,
        references={"vpcId": VPC},
    ),
    Kind(
        type="aws:ec2/eip:Eip",
        service="ec2",
        create="AllocateAddress",
        identify=lambda _inputs, answer: answer["AllocationId"],
        read=_read_address,
        delete=_delete_address,
        tag_type="elastic-ip",
        retag=retag,
    ),
    Kind(
        type="aws:ec2/natGateway:NatGateway",
        service="ec2",
        create="CreateNatGateway",
        identify=lambda _inputs, answer: answer["NatGateway"]["NatGatewayId"],
        read=_read_nat_gateway,
        delete=deleter("DeleteNatGateway", "NatGatewayId"),
        renames={"privateIp": "PrivateIpAddress"},
        tag_type="natgateway",
        retag=retag,
        references={"subnetId": SUBNET, "allocationId": exists("DescribeAddresses", "AllocationIds")},
    ),
)
