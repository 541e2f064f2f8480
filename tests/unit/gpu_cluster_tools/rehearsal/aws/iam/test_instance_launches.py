"""Launches with a launch template, and permissions conditioned on tags, as in Karpenter's policy."""

from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites, fresh
from tests.unit.gpu_cluster_tools.rehearsal.aws.iam.conftest import As, allow

OWNED = [{"Key": "owner", "Value": "karpenter"}]
ASKED = allow(
    ["ec2:CreateFleet", "ec2:RunInstances"],
    [f"arn:aws:ec2:*:*:{kind}/*" for kind in ("fleet", "instance", "network-interface", "volume")],
    Condition={"StringEquals": {"aws:RequestTag/owner": "karpenter"}},
)
THERE = allow(
    ["ec2:CreateFleet", "ec2:RunInstances"],
    [f"arn:aws:ec2:*:*:{kind}/*" for kind in ("launch-template", "subnet")],
)


def template(api: Api, *, tagged: bool) -> str:
    """Name of a new launch template; `tagged` tags it and the interfaces of its instances."""
    name = fresh("template")
    data: dict[str, Any] = {"InstanceType": "m7i.xlarge"}
    of_itself: dict[str, Any] = {}
    if tagged:
        data["TagSpecifications"] = [{"ResourceType": "network-interface", "Tags": OWNED}]
        of_itself["TagSpecifications"] = [{"ResourceType": "launch-template", "Tags": OWNED}]
    api.call("ec2", "CreateLaunchTemplate", LaunchTemplateName=name, LaunchTemplateData=data, **of_itself)
    return name


def fleet(name: str, subnet: str) -> dict[str, Any]:
    return {
        "DryRun": True,
        "Type": "instant",
        "LaunchTemplateConfigs": [
            {
                "LaunchTemplateSpecification": {"LaunchTemplateName": name, "Version": "$Latest"},
                "Overrides": [{"SubnetId": subnet}],
            }
        ],
        "TargetCapacitySpecification": {"TotalTargetCapacity": 1},
        "TagSpecifications": [{"ResourceType": it, "Tags": OWNED} for it in ("fleet", "instance", "volume")],
    }


def test_tags_of_a_launch_template_are_request_tags(api: Api, as_role: As, eks: Prerequisites) -> None:
    own = as_role(ASKED, THERE, allow("ec2:CreateTags"))

    with pytest.raises(ApiError, match="DryRunOperation"):
        own.call("ec2", "CreateFleet", **fleet(template(api, tagged=True), eks.subnets[0]))
    with pytest.raises(ApiError, match=r"ec2:CreateFleet on resource: \S+:network-interface/\*"):
        own.call("ec2", "CreateFleet", **fleet(template(api, tagged=False), eks.subnets[0]))


def test_fleet_requires_permission_for_the_launch_template(api: Api, as_role: As, eks: Prerequisites) -> None:
    own = as_role(ASKED, allow(THERE["Action"], "arn:aws:ec2:*:*:subnet/*"), allow("ec2:CreateTags"))
    asked = fleet(template(api, tagged=True), eks.subnets[0])

    with pytest.raises(ApiError, match=r"ec2:\w+ on resource: \S+:launch-template/lt-"):
        own.call("ec2", "CreateFleet", **asked)


def test_permissions_depend_on_tags_of_the_launch_template(api: Api, as_role: As) -> None:
    own = as_role(
        allow(
            "ec2:DeleteLaunchTemplate",
            "arn:aws:ec2:*:*:launch-template/*",
            Condition={"StringEquals": {"aws:ResourceTag/owner": "karpenter"}},
        )
    )

    own.call("ec2", "DeleteLaunchTemplate", LaunchTemplateName=template(api, tagged=True))
    with pytest.raises(ApiError, match=r"ec2:DeleteLaunchTemplate on resource: \S+:launch-template/lt-"):
        own.call("ec2", "DeleteLaunchTemplate", LaunchTemplateName=template(api, tagged=False))
