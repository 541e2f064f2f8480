"""Answers of moto 5 that differ from those of AWS, mended where moto makes them."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportPrivateUsage=false, reportUnknownParameterType=false
# pyright: reportAttributeAccessIssue=false
# (moto has hardly any types)

from typing import Any

import xmltodict
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.subnets import Subnet
from moto.s3.responses import S3Response

_delete_nat_gateway = NatGatewayBackend.delete_nat_gateway
_put_bucket = S3Response._bucket_response_put


def mend() -> None:
    """Mend moto for this process; a second call changes nothing."""
    NatGatewayBackend.delete_nat_gateway = _delete_with_interface
    S3Response._bucket_response_put = _put_with_tags
    Subnet.ipv6_cidr_block_association_set = property(_associations)


def _associations(subnet: Any) -> list[dict[str, Any]]:
    """The IPv6 ranges of a subnet, with their state as a word, not in a structure of its own."""
    return [
        {
            "ipv6CidrBlock": each["ipv6CidrBlock"],
            "associationId": each["associationId"],
            "ipv6CidrBlockState": {"state": each["ipv6CidrBlockState"]["State"]},
        }
        for each in subnet.ipv6_cidr_block_associations.values()
        if each["ipv6CidrBlockState"]["State"] == "associated"
    ]


def _delete_with_interface(backend: Any, nat_gateway_id: str) -> Any:
    """A gateway frees its addresses and takes its interface along.

    docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html, read 2026-11-29.
    """
    gateway = _delete_nat_gateway(backend, nat_gateway_id)
    for address in gateway.address_set:
        if association := address.get("associationId"):
            backend.disassociate_address(association_id=association)
        backend.delete_network_interface(address["networkInterfaceId"])
    return gateway


def _put_with_tags(response: Any, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
    """A bucket may be created with tags.

    docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html, read 2026-11-29.
    """
    answer = _put_bucket(response, request, bucket_name, querystring)
    if not querystring and response.body:
        given = xmltodict.parse(response.body, force_list=("Tag",)).get("CreateBucketConfiguration") or {}
        pairs = (given.get("Tags") or {}).get("Tag", [])
        response.backend.put_bucket_tagging(bucket_name, {each["Key"]: each["Value"] or "" for each in pairs})
    return answer
