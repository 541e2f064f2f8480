"""EC2 operations that Karpenter calls."""

import base64
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.catalog import INSTANCES
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.eks import image_parameters
from gpu_cluster_tools.rehearsal.aws.handlers.ec2.capacity_reservations import (
    CapacityReservation,
    write_reservations,
)

RELEASE = (
    "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/nvidia/"
    "amazon-eks-node-al2023-x86_64-nvidia-1.35-v20260714/image_id"
)
ZONE = "eu-central-1b"


@pytest.fixture
def template(api: Api) -> dict[str, str]:
    """A launch template, with a subnet and an image for its instances."""
    vpc = api.call("ec2", "CreateVpc", CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnet = api.call("ec2", "CreateSubnet", VpcId=vpc, CidrBlock="10.7.0.0/24", AvailabilityZone=ZONE)
    group = api.call("ec2", "CreateSecurityGroup", GroupName="nodes", Description="nodes", VpcId=vpc)[
        "GroupId"
    ]
    image = api.call("ssm", "GetParameter", Name=RELEASE)["Parameter"]["Value"]
    disk = {"VolumeSize": 100, "VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True}
    made = api.call(
        "ec2",
        "CreateLaunchTemplate",
        LaunchTemplateName=f"karpenter.k8s.aws/{vpc}",
        LaunchTemplateData={
            "ImageId": image,
            "NetworkInterfaces": [{"DeviceIndex": 0, "Groups": [group], "AssociatePublicIpAddress": False}],
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": disk}],
            "UserData": base64.b64encode(b"MIME-Version: 1.0").decode(),
        },
    )["LaunchTemplate"]
    return {
        "name": made["LaunchTemplateName"],
        "subnet": subnet["Subnet"]["SubnetId"],
        "group": group,
        "image": image,
    }


def fleet(
    template: dict[str, str], *types: str, market: str = "on-demand", zone: str = ZONE
) -> dict[str, Any]:
    override = {"SubnetId": template["subnet"], "ImageId": template["image"], "AvailabilityZone": ZONE}
    tags = [{"Key": "karpenter.sh/nodepool", "Value": "l4"}]
    return {
        "Type": "instant",
        "LaunchTemplateConfigs": [
            {
                "LaunchTemplateSpecification": {"LaunchTemplateName": template["name"], "Version": "$Latest"},
                "Overrides": [{"InstanceType": type, **override} for type in types],
            }
        ],
        "TargetCapacitySpecification": {"TotalTargetCapacity": 1, "DefaultTargetCapacityType": market},
        "TagSpecifications": [{"ResourceType": it, "Tags": tags} for it in ("instance", "volume", "fleet")],
    }


def started(api: Api, asked: dict[str, Any]) -> dict[str, Any]:
    [answer] = api.call("ec2", "CreateFleet", **asked)["Instances"]
    [reservation] = api.call("ec2", "DescribeInstances", InstanceIds=answer["InstanceIds"])["Reservations"]
    [instance] = reservation["Instances"]
    return instance


def test_fleet_starts_the_cheapest_matching_type(api: Api, template: dict[str, str]) -> None:
    instance = started(api, fleet(template, "g6.48xlarge", "g6.4xlarge", "g6e.4xlarge"))
    assert instance["InstanceType"] == "g6.4xlarge"
    assert instance["Tags"] == [{"Key": "karpenter.sh/nodepool", "Value": "l4"}]
    assert [each["GroupId"] for each in instance["SecurityGroups"]] == [template["group"]]


def test_spot_instance_has_a_request_id(api: Api, template: dict[str, str]) -> None:
    assert started(api, fleet(template, "g6.4xlarge", market="spot"))["SpotInstanceRequestId"].startswith(
        "sir-"
    )
    assert "SpotInstanceRequestId" not in started(api, fleet(template, "g6.4xlarge"))


def test_type_without_an_offering_in_the_zone_has_no_capacity(api: Api, template: dict[str, str]) -> None:
    answer = api.call("ec2", "CreateFleet", **fleet(template, "p6-b200.48xlarge"))
    assert answer["Instances"] == []
    assert [each["ErrorCode"] for each in answer["Errors"]] == ["InsufficientInstanceCapacity"]


def test_terminated_instance_deletes_interfaces_and_volumes(api: Api, template: dict[str, str]) -> None:
    instance = started(api, fleet(template, "g6.4xlarge"))
    api.call("ec2", "TerminateInstances", InstanceIds=[instance["InstanceId"]])
    interfaces = api.call("ec2", "DescribeNetworkInterfaces")["NetworkInterfaces"]
    assert instance["NetworkInterfaces"][0]["NetworkInterfaceId"] not in {
        each["NetworkInterfaceId"] for each in interfaces
    }
    [disk] = instance["BlockDeviceMappings"]
    volumes = api.call("ec2", "DescribeVolumes")["Volumes"]
    assert disk["Ebs"]["VolumeId"] not in {each["VolumeId"] for each in volumes}


def test_dry_run_starts_no_instance(api: Api, template: dict[str, str]) -> None:
    for operation, asked in (("CreateFleet", fleet(template, "g6.4xlarge")), ("DescribeInstanceTypes", {})):
        with pytest.raises(ApiError, match="DryRunOperation"):
            api.call("ec2", operation, **asked, DryRun=True)


def test_unsupported_fleet_type_is_refused(api: Api, template: dict[str, str]) -> None:
    with pytest.raises(ApiError, match="fleets of type maintain are not emulated"):
        api.call("ec2", "CreateFleet", **fleet(template, "g6.4xlarge") | {"Type": "maintain"})


def test_instance_types_are_paginated_and_filtered(api: Api) -> None:
    arm = [{"Name": "processor-info.supported-architecture", "Values": ["arm64"]}]
    first = api.call("ec2", "DescribeInstanceTypes", MaxResults=60)
    rest = api.call("ec2", "DescribeInstanceTypes", MaxResults=60, NextToken=first["NextToken"])
    names = [each["InstanceType"] for page in (first, rest) for each in page["InstanceTypes"]]
    assert set(INSTANCES) - set(names) == {"p6e-gb200.36xlarge"}
    assert len(names) == len(set(names))
    found = api.call("ec2", "DescribeInstanceTypes", Filters=arm)["InstanceTypes"]
    assert {INSTANCES[each["InstanceType"]].architecture for each in found} == {"arm64"}
    with pytest.raises(ApiError, match="The filter 'burstable' is invalid"):
        api.call("ec2", "DescribeInstanceTypes", Filters=[{"Name": "burstable", "Values": ["true"]}])


def test_gpu_counts_match_the_catalog(api: Api) -> None:
    for each in api.call("ec2", "DescribeInstanceTypes")["InstanceTypes"]:
        found = sum(gpu["Count"] for gpu in each.get("GpuInfo", {}).get("Gpus", []))
        if INSTANCES[each["InstanceType"]].gpus:
            assert found == INSTANCES[each["InstanceType"]].gpus, each["InstanceType"]


def test_instance_type_offerings_match_the_catalog(api: Api) -> None:
    asked = {
        "LocationType": "availability-zone",
        "Filters": [{"Name": "instance-type", "Values": ["g6e.xlarge"]}],
    }
    offered = api.call("ec2", "DescribeInstanceTypeOfferings", **asked)["InstanceTypeOfferings"]
    assert {each["Location"][:-1] for each in offered} == {"eu-central-1"}
    ireland = api.in_region("eu-west-1")
    assert ireland.call("ec2", "DescribeInstanceTypeOfferings", **asked)["InstanceTypeOfferings"] == []


def test_image_can_be_described_after_its_parameter_was_read(api: Api, template: dict[str, str]) -> None:
    chosen = [{"Name": "image-id", "Values": [template["image"]]}]
    [image] = api.call("ec2", "DescribeImages", Filters=chosen)["Images"]
    assert image["Name"] == "amazon-eks-node-al2023-x86_64-nvidia-1.35-v20260714"
    for state, count in (("available", 1), ("pending", 0)):
        there = [*chosen, {"Name": "state", "Values": [state]}]
        assert len(api.call("ec2", "DescribeImages", Filters=there)["Images"]) == count
    with pytest.raises(ApiError, match="InvalidAMIID"):
        api.call("ec2", "DescribeImages", ImageIds=["ami-0123456789abcdef0"])


def test_image_of_the_user_can_be_described(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    image_parameters.write_own({"ami-0aaaaaaaaaaaaaaaa": "arm64"}, tmp_path)
    image_parameters.take_own()

    try:
        [image] = api.call("ec2", "DescribeImages", ImageIds=["ami-0aaaaaaaaaaaaaaaa"])["Images"]
        assert image["Architecture"] == "arm64"
    finally:
        del image_parameters.IMAGES["ami-0aaaaaaaaaaaaaaaa"]


def test_reservations_of_the_stack_file_exist(
    api: Api, template: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_reservations([CapacityReservation("cr-0123456789abcdef0", "g6.4xlarge", ZONE, 50)], tmp_path)
    asked = {"CapacityReservationIds": ["cr-0123456789abcdef0"]}

    [before] = api.call("ec2", "DescribeCapacityReservations", **asked)["CapacityReservations"]
    id = started(api, fleet(template, "g6.4xlarge"))["InstanceId"]
    [after] = api.call("ec2", "DescribeCapacityReservations", **asked)["CapacityReservations"]

    assert (before["State"], before["InstanceType"]) == ("active", "g6.4xlarge")
    assert before["AvailableInstanceCount"] - after["AvailableInstanceCount"] == 1
    api.call("ec2", "TerminateInstances", InstanceIds=[id])
    with pytest.raises(ApiError, match=r"InvalidCapacityReservationId\.NotFound"):
        api.call("ec2", "DescribeCapacityReservations", CapacityReservationIds=["cr-0aaaaaaaaaaaaaaaa"])


@pytest.mark.parametrize(
    "path",
    [
        RELEASE.replace("1.35", "1.29"),
        RELEASE.replace("x86_64", "arm64").replace("nvidia", "neuron"),
        RELEASE.replace("v20260714", "latest"),
        "/aws/service/bottlerocket/aws-k8s-1.35-nvidia/x86_64/v1.63.0/image_id",
    ],
)
def test_unpublished_release_has_no_parameter(api: Api, path: str) -> None:
    with pytest.raises(ApiError, match="ParameterNotFound"):
        api.call("ssm", "GetParameter", Name=path)


def test_prices_match_the_catalog(api: Api) -> None:
    asked = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value}
        for field, value in (
            ("regionCode", "us-east-1"),
            ("productFamily", "Compute Instance"),
            ("instanceType", "g6.4xlarge"),
        )
    ]
    [product] = api.call("pricing", "GetProducts", ServiceCode="AmazonEC2", Filters=asked)["PriceList"]
    assert '"USD": "1.3232' in product
