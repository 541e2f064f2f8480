"""What is left in the account: resources that providers made, and what services made beside them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.made import Made, all_made, forget, regions
from rehearsal.aws.services import kind_of

Found = dict[str, Any]
Listed = Callable[[Api], Iterator[str]]


def leftovers(api: Api) -> list[tuple[str, str]]:
    """The type and id of everything that is left, in order; what an account has from its beginning is not.

    A type of resources needs no mention here: what was made and can still be read is left.
    """
    found = set(still_there(api))
    for region in regions():
        for type, listed in _BESIDE.items():
            found |= {(type, id) for id in listed(api.in_region(region))}
    return sorted(found)


def still_there(api: Api) -> list[tuple[str, str]]:
    """The type and id of every resource that providers made and that there still is, in order."""
    left: set[tuple[str, str]] = set()
    for each in all_made():
        if _is_left(api, each):
            left.add((each.type, each.id))
        else:
            forget(each)
    return sorted(left)


def _is_left(api: Api, made: Made) -> bool:
    """What cannot be read counts as left, unless the account says that it is gone."""
    try:
        return kind_of(made.type).read(api.in_region(made.region), made.id, made.state) is not None
    except ApiError as error:
        return not error.is_gone


def _interfaces(api: Api) -> Iterator[str]:
    yield from _ids(api, "ec2", "DescribeNetworkInterfaces", "NetworkInterfaces", "NetworkInterfaceId")


def _instances(api: Api) -> Iterator[str]:
    for reservation in api.call("ec2", "DescribeInstances")["Reservations"]:
        for instance in reservation["Instances"]:
            if instance["State"]["Name"] != "terminated":
                yield instance["InstanceId"]


def _volumes(api: Api) -> Iterator[str]:
    yield from _ids(api, "ec2", "DescribeVolumes", "Volumes", "VolumeId")


def _security_groups(api: Api) -> Iterator[str]:
    groups: list[Found] = api.call("ec2", "DescribeSecurityGroups")["SecurityGroups"]
    yield from (group["GroupId"] for group in groups if group["GroupName"] != "default")


def _templates(api: Api) -> Iterator[str]:
    yield from _ids(api, "ec2", "DescribeLaunchTemplates", "LaunchTemplates", "LaunchTemplateId")


def _scaling_groups(api: Api) -> Iterator[str]:
    listed = ("AutoScalingGroups", "AutoScalingGroupName")
    yield from _ids(api, "autoscaling", "DescribeAutoScalingGroups", *listed)


def _log_groups(api: Api) -> Iterator[str]:
    yield from _ids(api, "logs", "DescribeLogGroups", "logGroups", "logGroupName")


def _ids(api: Api, service: str, operation: str, listed: str, id: str) -> Iterator[str]:
    things: list[Found] = api.call(service, operation)[listed]
    yield from (thing[id] for thing in things)


_BESIDE: Mapping[str, Listed] = {
    "aws:autoscaling/group:Group": _scaling_groups,
    "aws:cloudwatch/logGroup:LogGroup": _log_groups,
    "aws:ebs/volume:Volume": _volumes,
    "aws:ec2/instance:Instance": _instances,
    "aws:ec2/launchTemplate:LaunchTemplate": _templates,
    "aws:ec2/networkInterface:NetworkInterface": _interfaces,
    "aws:ec2/securityGroup:SecurityGroup": _security_groups,
}
"""What services make by themselves, such as a cluster its security group."""
