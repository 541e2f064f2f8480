"""Further address ranges of a VPC."""

from ipaddress import ip_network

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, Inputs, Kind, State
from rehearsal.aws.services.ec2 import VPC, call, find, one, refuse_while

_LARGEST, _SMALLEST = 16, 28  # bits of the prefix. Source: VPC user guide, "VPC CIDR blocks", 2026-08-22


def _require_room(api: Api, inputs: Inputs) -> None:
    """Refuse a range of the wrong size, or one that its VPC has already."""
    text = inputs.get("cidrBlock", "")
    try:
        block = ip_network(text)
    except ValueError:
        raise ApiError(
            "InvalidParameterValue", f"Value ({text}) for parameter cidrBlock is invalid."
        ) from None
    if not _LARGEST <= block.prefixlen <= _SMALLEST:
        raise ApiError("InvalidVpc.Range", f"The CIDR '{block}' is invalid.")
    vpc = one(api, "DescribeVpcs", "VpcIds", inputs["vpcId"]) or {}
    if any(block.overlaps(ip_network(each["CidrBlock"])) for each in _associated(vpc)):
        raise ApiError("CidrConflict", f"The CIDR '{block}' conflicts with another CIDR")


def _read(api: Api, id: str, _state: State) -> Answer | None:
    for vpc in find(api, "DescribeVpcs"):
        for each in _associated(vpc):
            if each["AssociationId"] == id:
                return each | {"vpcId": vpc["VpcId"]}
    return None


def _delete(api: Api, id: str, state: State) -> None:
    block = ip_network(state["cidrBlock"])
    subnets = find(api, "DescribeSubnets", vpc_id=state["vpcId"])
    users = [each for each in subnets if block.overlaps(ip_network(each["CidrBlock"]))]
    refuse_while(users, f"The CIDR block '{block}' of the vpc '{state['vpcId']}'")
    call(api, "DisassociateVpcCidrBlock", AssociationId=id)


def _associated(vpc: Answer) -> list[Answer]:
    blocks: list[Answer] = vpc.get("CidrBlockAssociationSet", [])
    return [each for each in blocks if each["CidrBlockState"]["State"] == "associated"]


KINDS = (
    Kind(
        type="aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
        service="ec2",
        create="AssociateVpcCidrBlock",
        identify=lambda _inputs, answer: answer["CidrBlockAssociation"]["AssociationId"],
        read=_read,
        delete=_delete,
        references={"vpcId": VPC},
        require=_require_room,
    ),
)
