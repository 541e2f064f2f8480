"""Fleets of type `instant`: instances of the cheapest type that the request accepts."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# (moto has hardly any types)

import uuid
from collections.abc import Iterator
from typing import Any

from moto.ec2.models import ec2_backends

from gpu_cluster.catalog import PriceError, on_demand, spot
from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.eks.node_bootstrap import begin_to_join
from gpu_cluster_tools.rehearsal.aws.handlers.ec2.request_parameters import refuse_dry_run
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

_SENT = (
    "BlockDeviceMappings",
    "CapacityReservationSpecification",
    "IamInstanceProfile",
    "MetadataOptions",
    "Monitoring",
    "UserData",
)
"""Settings that instances copy from the launch template."""

_NOT_OF_INSTANCES = ("fleet",)


def create(call: ApiCall) -> Document:
    """Source: EC2 API reference, CreateFleet, of type instant, 2026-11-28."""
    refuse_dry_run(call)
    given, api = call.parameters, call.api
    if given.get("Type") != "instant":
        raise ApiError(
            "UnsupportedOperation", f"fleets of type {given.get('Type', 'maintain')} are not emulated"
        )
    capacity = given["TargetCapacitySpecification"]
    market: str = capacity.get("DefaultTargetCapacityType", "on-demand")
    choices = list(_choices(api, given["LaunchTemplateConfigs"]))
    offered = _offered(api)
    able = [it for it in choices if (it["InstanceType"], _zone(api, it)) in offered]
    answer: Document = {"FleetId": f"fleet-{uuid.uuid4()}", "Instances": [], "Errors": []}
    if not able:
        answer["Errors"] = [_refused(each, market) for each in choices]
        return answer
    chosen = min(able, key=lambda it: _hourly(it, api.region, market))
    ids = [_launch(call, chosen, market) for _ in range(capacity["TotalTargetCapacity"])]
    answer["Instances"] = [
        {
            "LaunchTemplateAndOverrides": _named(chosen),
            "Lifecycle": market,
            "InstanceIds": ids,
            "InstanceType": chosen["InstanceType"],
        }
    ]
    return answer


def _choices(api: Api, configs: list[Document]) -> Iterator[Document]:
    """Each override with the launch template that it changes."""
    for config in configs:
        specification = config["LaunchTemplateSpecification"]
        named = {
            key: specification[key]
            for key in ("LaunchTemplateId", "LaunchTemplateName")
            if key in specification
        }
        version = api.call(
            "ec2",
            "DescribeLaunchTemplateVersions",
            **named,
            Versions=[specification.get("Version", "$Default")],
        )["LaunchTemplateVersions"][0]
        data: Document = version["LaunchTemplateData"]
        for override in config.get("Overrides") or [{}]:
            yield {
                "ImageId": data.get("ImageId"),
                "InstanceType": data.get("InstanceType"),
                **override,
                "data": data,
                "template": {
                    "LaunchTemplateId": version["LaunchTemplateId"],
                    "LaunchTemplateName": version["LaunchTemplateName"],
                    "Version": str(version["VersionNumber"]),
                },
                "override": override,
            }


def _offered(api: Api) -> set[tuple[str, str]]:
    """Types by zone."""
    asked = {"LocationType": "availability-zone"}
    found = api.call("ec2", "DescribeInstanceTypeOfferings", **asked)["InstanceTypeOfferings"]
    return {(each["InstanceType"], each["Location"]) for each in found}


def _zone(api: Api, choice: Document) -> str:
    if zone := choice.get("AvailabilityZone"):
        return zone
    return api.call("ec2", "DescribeSubnets", SubnetIds=[_subnet(choice)])["Subnets"][0]["AvailabilityZone"]


def _subnet(choice: Document) -> str:
    interfaces: list[Document] = choice["data"].get("NetworkInterfaces") or [{}]
    subnet = choice.get("SubnetId") or interfaces[0].get("SubnetId")
    if not subnet:
        raise ApiError("InvalidParameterCombination", "No subnet is named by launch template or overrides")
    return subnet


def _hourly(choice: Document, region: str, market: str) -> float:
    """A type without a price is the last choice."""
    try:
        price = (
            spot(choice["InstanceType"], region)[0]
            if market == "spot"
            else on_demand(choice["InstanceType"], region)
        )
    except PriceError:
        return float("inf")
    return float(price.usd)


def _refused(choice: Document, market: str) -> Document:
    words = f"There is no {choice['InstanceType']} capacity available in the zone that was asked for."
    return {
        "LaunchTemplateAndOverrides": _named(choice),
        "Lifecycle": market,
        "ErrorCode": "InsufficientInstanceCapacity",
        "ErrorMessage": words,
    }


def _named(choice: Document) -> Document:
    return {"LaunchTemplateSpecification": choice["template"], "Overrides": choice["override"]}


def _launch(call: ApiCall, choice: Document, market: str) -> str:
    data: Document = choice["data"]
    sent: dict[str, Any] = {key: data[key] for key in _SENT if data.get(key)}
    if market == "spot":
        sent["InstanceMarketOptions"] = {"MarketType": "spot"}
    interfaces: list[Document] = data.get("NetworkInterfaces") or [{"DeviceIndex": 0}]
    groups = data.get("SecurityGroupIds") or interfaces[0].get("Groups", [])
    tags = [
        each
        for each in call.parameters.get("TagSpecifications", [])
        if each["ResourceType"] not in _NOT_OF_INSTANCES
    ]
    answer = call.api.call(
        "ec2",
        "RunInstances",
        MinCount=1,
        MaxCount=1,
        ImageId=choice["ImageId"],
        InstanceType=choice["InstanceType"],
        SubnetId=_subnet(choice),
        SecurityGroupIds=groups,
        TagSpecifications=tags,
        **sent,
    )["Instances"][0]
    _complete(call.api.region, answer["InstanceId"], market)
    begin_to_join(call.api, answer, data)
    return answer["InstanceId"]


def _complete(region: str, id: str, market: str) -> None:
    """Let interfaces end with the instance and a spot request stand for it: moto does neither by itself."""
    instance: Any = ec2_backends[identity.account()][region].get_instance(id)
    for interface in instance.nics.values():
        interface.delete_on_termination = True
    if market == "spot":
        instance.spot_instance_request_id = f"sir-{uuid.uuid4().hex[:8]}"
