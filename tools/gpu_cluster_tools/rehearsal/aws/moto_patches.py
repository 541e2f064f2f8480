"""Answers of moto 5 that differ from those of AWS, mended where moto makes them."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportPrivateUsage=false, reportUnknownParameterType=false
# pyright: reportAttributeAccessIssue=false
# (moto has hardly any types)

import json
from typing import Any
from urllib.parse import unquote

import xmltodict
from moto.backup.responses import BackupResponse
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPCBackend
from moto.ec2.utils import random_private_ip
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, FakeDeleteMarker
from moto.s3.responses import S3Response
from moto.sqs.models import Queue

_delete_nat_gateway = NatGatewayBackend.delete_nat_gateway
_attributes: Any = Queue.attributes.fget
_create_version = LaunchTemplate.create_version
_modify_endpoint = VPCBackend.modify_vpc_endpoint
_put_bucket = S3Response._bucket_response_put


def patch_moto() -> None:
    """Patch moto in this process; a second call changes nothing."""
    LaunchTemplate.create_version = _without_tags_of_its_own
    VPCBackend.modify_vpc_endpoint = _modify_with_parts
    BackupResponse.list_tags = _tags_of_path
    Queue.attributes = property(_with_short_policy)
    Queue.url = _url_of_queue
    NatGatewayBackend.delete_nat_gateway = _delete_with_interface
    S3Response._bucket_response_put = _put_with_tags
    FakeBucket.get_permission = _left_to_access_control
    FakeDeleteMarker.dispose = _without_content
    Subnet.ipv6_cidr_block_association_set = property(_associations)


def _associations(subnet: Any) -> list[dict[str, Any]]:
    """IPv6 CIDR blocks of a subnet, with their state as a string, not as a structure."""
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


def _left_to_access_control(_bucket: Any, _action: str, _resource: str) -> Any:
    """Bucket policies are evaluated before moto, which ignores their conditions and denies all requests."""
    return PermissionResult.NEUTRAL


def _without_content(_marker: Any, _garbage: bool = False) -> None:
    """A delete marker has no content to free; moto would fail on the last versions of an object."""


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


def _tags_of_path(response: Any) -> str:
    """Tags of the ARN at the path's end, with which a path of Go ends and one of Python nearly does."""
    arn = unquote(response.path.partition("/tags/")[2].rstrip("/"))
    return json.dumps({"Tags": response.backup_backend.list_tags(resource_arn=arn)})


def _url_of_queue(queue: Any, _: Any) -> str:
    """The address that queues have at AWS, wherever the account listens.

    docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html,
    read 2026-11-29.
    """
    return f"https://sqs.{queue.region}.amazonaws.com/{queue.account_id}/{queue.name}"


def _with_short_policy(queue: Any) -> dict[str, Any]:
    """Redrive policy in the format of SQS, without blanks."""
    found = _attributes(queue)
    if queue.redrive_policy:
        found["RedrivePolicy"] = json.dumps(queue.redrive_policy, separators=(",", ":"))
    return found


def _modify_with_parts(backend: Any, vpc_id: str, **changes: Any) -> None:
    """A gateway endpoint has a route in each table, an interface endpoint an interface in each subnet.

    docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html and create-interface-endpoint.html,
    read 2026-11-29.
    """
    [endpoint] = backend.describe_vpc_endpoints(vpc_end_point_ids=[vpc_id])
    tables, subnets = set(endpoint.route_table_ids or []), set(endpoint.subnet_ids or [])
    _modify_endpoint(backend, vpc_id=vpc_id, **changes)
    prefixes = endpoint.destination_prefix_list_id
    for table in set(endpoint.route_table_ids or []) - tables:
        backend.create_route(table, None, gateway_id=vpc_id, destination_prefix_list_id=prefixes)
    for table in tables - set(endpoint.route_table_ids or []):
        backend.delete_route(table, prefixes)
    if endpoint.vpc_endpoint_type.lower() == "interface":
        _move_interfaces(backend, endpoint, subnets)


def _move_interfaces(backend: Any, endpoint: Any, before: set[str]) -> None:
    after = set(endpoint.subnet_ids or [])
    for id in list(endpoint.network_interface_ids):
        if backend.enis[id].subnet.id not in after:
            endpoint.network_interface_ids.remove(id)
            backend.delete_network_interface(id)
    for subnet in after - before:
        made = backend.create_network_interface(subnet, random_private_ip())
        endpoint.network_interface_ids.append(made.id)


def _without_tags_of_its_own(template: Any, data: dict[str, Any], description: str) -> Any:
    """The tags of a template are not part of its versions, which have those of what they start.

    docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateTagSpecificationRequest.html: no
    launch-template among its types, read 2026-11-29.
    """
    specifications = data.get("TagSpecifications", [])
    kept = [each for each in specifications if each["ResourceType"] != "launch-template"]
    others = {name: value for name, value in data.items() if name != "TagSpecifications"}
    data = others | ({"TagSpecifications": kept} if kept else {})
    return _create_version(template, data, description)
