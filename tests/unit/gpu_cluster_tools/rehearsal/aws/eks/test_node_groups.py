from collections import Counter
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites

BLOCK = {"MarketType": "capacity-block"}
RESERVED = {"CapacityReservationTarget": {"CapacityReservationId": "cr-0123456789abcdef0"}}

WRONG_TEMPLATES: dict[str, dict[str, Any]] = {
    "can't contain IAM instance profile": {"IamInstanceProfile": {"Name": "mine"}},
    "Subnets cannot be specified": {"NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": "subnet-0"}]},
    "Spot requests cannot be specified": {"InstanceMarketOptions": {"MarketType": "spot"}},
    "instanceType in both launch template and API request": {"InstanceType": "g6.4xlarge"},
    "may not be specified on the same request": {
        "NetworkInterfaces": [{"DeviceIndex": 0}],
        "SecurityGroupIds": ["sg-0"],
    },
}
WRONG_SETTINGS: dict[str, dict[str, Any]] = {
    "Minimum capacity 3 can't be greater": {"scalingConfig": {"minSize": 3, "desiredSize": 2, "maxSize": 4}},
    "desired capacity 5 can't be greater": {"scalingConfig": {"minSize": 0, "desiredSize": 5, "maxSize": 4}},
    r"\[p6e-gb200.36xlarge\] is not a valid instance type": {
        "instanceTypes": ["p6e-gb200.36xlarge"],
        "amiType": "AL2023_x86_64_NVIDIA",
    },
    r"\[m7i.xlarge\] is not a valid instance type": {
        "instanceTypes": ["m7i.xlarge"],
        "amiType": "AL2023_x86_64_NVIDIA",
    },
    "1.33.1-20260714 is not valid for kubernetes version 1.34": {"releaseVersion": "1.33.1-20260714"},
    "at most 3 minor versions older and not newer": {"version": "1.35"},
    "subnet-0": {"subnets": ["subnet-0"]},
    "expected one of ON_DEMAND, SPOT, CAPACITY_BLOCK": {"capacityType": "RENTED"},
    "go together": {"capacityType": "CAPACITY_BLOCK"},
}


@pytest.mark.parametrize("words", WRONG_SETTINGS)
def test_invalid_setting_is_refused(eks: Prerequisites, words: str) -> None:
    cluster = eks.cluster()["name"]

    with pytest.raises(ApiError, match=words):
        eks.node_group(cluster, **WRONG_SETTINGS[words])


@pytest.mark.parametrize("words", WRONG_TEMPLATES)
def test_launch_template_with_a_setting_of_the_group_is_refused(eks: Prerequisites, words: str) -> None:
    cluster, template = eks.cluster()["name"], eks.template(**WRONG_TEMPLATES[words])

    with pytest.raises(ApiError, match=words):
        eks.node_group(cluster, launchTemplate=template, instanceTypes=["g6.4xlarge"])


def test_capacity_block_must_be_in_the_launch_template(eks: Prerequisites) -> None:
    cluster, settings = eks.cluster()["name"], {"capacityType": "CAPACITY_BLOCK"}
    template = eks.template(InstanceMarketOptions=BLOCK, InstanceType="p5.48xlarge")
    with pytest.raises(ApiError, match="has to name its reservation"):
        eks.node_group(cluster, launchTemplate=template, **settings)

    template = eks.template(
        InstanceMarketOptions=BLOCK, InstanceType="p5.48xlarge", CapacityReservationSpecification=RESERVED
    )
    group = eks.node_group(cluster, launchTemplate=template, **settings)

    assert (group["amiType"], group["capacityType"]) == ("AL2023_x86_64_NVIDIA", "CAPACITY_BLOCK")


def test_nodes_are_spread_over_zones(eks: Prerequisites) -> None:
    scaling = {"minSize": 0, "desiredSize": 4, "maxSize": 4}
    group = eks.node_group(eks.cluster()["name"], scalingConfig=scaling)

    assert sorted(_zones(eks.api, group).values()) == [1, 1, 2]
    assert _scaling_group(eks.api, group)["DesiredCapacity"] == 4


@pytest.mark.parametrize("strategy", ["DEFAULT", "MINIMAL"])
@pytest.mark.parametrize(("size", "at_once"), [(2, 1), (3, 1), (3, 2), (5, 1), (5, 4)])
def test_update_keeps_the_number_of_nodes_in_each_zone(
    eks: Prerequisites, strategy: str, size: int, at_once: int
) -> None:
    scaling = {"minSize": 0, "desiredSize": size, "maxSize": size}
    update = {"maxUnavailable": at_once, "updateStrategy": strategy}
    group = eks.node_group(eks.cluster()["name"], scalingConfig=scaling, updateConfig=update)
    before = _zones(eks.api, group)

    for release in ("1.34.9-20260801", "1.34.9-20260802"):
        eks.api.call("eks", "UpdateNodegroupVersion", **_key(group), releaseVersion=release)

        assert _zones(eks.api, group) == before


def test_scaling_down_keeps_zones_balanced(eks: Prerequisites) -> None:
    group = eks.node_group(
        eks.cluster()["name"], scalingConfig={"minSize": 0, "desiredSize": 6, "maxSize": 6}
    )
    eks.api.call("eks", "UpdateNodegroupVersion", **_key(group), releaseVersion="1.34.9-20260801")

    for size, spread in {5: [1, 2, 2], 4: [1, 1, 2], 3: [1, 1, 1]}.items():
        scaling = {"minSize": 0, "desiredSize": size, "maxSize": 6}
        eks.api.call("eks", "UpdateNodegroupConfig", **_key(group), scalingConfig=scaling)

        assert sorted(_zones(eks.api, group).values()) == spread


def test_node_group_scales_up_and_down(eks: Prerequisites) -> None:
    group = eks.node_group(eks.cluster()["name"])

    for size in (4, 1):
        scaling = {"minSize": 1, "desiredSize": size, "maxSize": 4}
        eks.api.call("eks", "UpdateNodegroupConfig", **_key(group), scalingConfig=scaling)

        assert len(_instances(eks.api, group)) == size
        assert _scaling_group(eks.api, group)["DesiredCapacity"] == size


@pytest.mark.parametrize("strategy", ["DEFAULT", "MINIMAL"])
def test_new_release_replaces_every_node(eks: Prerequisites, strategy: str) -> None:
    update = {"maxUnavailable": 1, "updateStrategy": strategy}
    group = eks.node_group(eks.cluster()["name"], updateConfig=update)
    before = {each["InstanceId"] for each in _instances(eks.api, group)}

    eks.api.call("eks", "UpdateNodegroupVersion", **_key(group), releaseVersion="1.34.9-20260801")

    after = {each["InstanceId"] for each in _instances(eks.api, group)}
    assert len(after) == len(before)
    assert not before & after
    assert _described(eks.api, group)["releaseVersion"] == "1.34.9-20260801"


def test_partial_update_config_keeps_the_strategy(eks: Prerequisites) -> None:
    group = eks.node_group(eks.cluster()["name"], updateConfig={"updateStrategy": "MINIMAL"})

    share = {"maxUnavailablePercentage": 50}
    eks.api.call("eks", "UpdateNodegroupConfig", **_key(group), updateConfig=share)

    assert _described(eks.api, group)["updateConfig"] == {"updateStrategy": "MINIMAL"} | share


def test_launch_template_can_change_its_version_only(eks: Prerequisites) -> None:
    template, other = eks.template(), eks.template()
    group = eks.node_group(eks.cluster()["name"], launchTemplate=template)
    eks.api.call("ec2", "CreateLaunchTemplateVersion", LaunchTemplateId=template["id"], LaunchTemplateData={})

    eks.api.call("eks", "UpdateNodegroupVersion", **_key(group), launchTemplate=template | {"version": "2"})
    assert _described(eks.api, group)["launchTemplate"]["version"] == "2"

    with pytest.raises(ApiError, match="cannot change the launch template"):
        eks.api.call("eks", "UpdateNodegroupVersion", **_key(group), launchTemplate=other)


def test_labels_and_taints_are_updated_by_key(eks: Prerequisites) -> None:
    taint = {"key": "a", "value": "1", "effect": "NO_SCHEDULE"}
    group = eks.node_group(eks.cluster()["name"], labels={"a": "1", "b": "1"}, taints=[taint])

    eks.api.call(
        "eks",
        "UpdateNodegroupConfig",
        **_key(group),
        labels={"addOrUpdateLabels": {"b": "2"}, "removeLabels": ["a"]},
        taints={"addOrUpdateTaints": [taint | {"value": "2"}]},
    )

    found = _described(eks.api, group)
    assert (found["labels"], found["taints"]) == ({"b": "2"}, [taint | {"value": "2"}])


def test_node_group_without_network_plugin_fails(eks: Prerequisites) -> None:
    cluster = eks.cluster(bootstrapSelfManagedAddons=False)["name"]

    group = _described(eks.api, eks.node_group(cluster))

    assert group["status"] == "CREATE_FAILED"
    assert "cni plugin not initialized" in group["health"]["issues"][0]["message"]


def test_deletion_of_a_node_group_deletes_instances_and_scaling_group(eks: Prerequisites) -> None:
    group = eks.node_group(eks.cluster()["name"])
    name = group["resources"]["autoScalingGroups"][0]["name"]
    before = {each["InstanceId"] for each in _instances(eks.api, group)}

    eks.api.call("eks", "DeleteNodegroup", **_key(group))

    left = eks.api.call("ec2", "DescribeInstances", InstanceIds=sorted(before))["Reservations"]
    assert {each["State"]["Name"] for one in left for each in one["Instances"]} == {"terminated"}
    groups = eks.api.call("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[name])
    assert groups["AutoScalingGroups"] == []
    with pytest.raises(ApiError, match="No node group found"):
        _described(eks.api, group)


def _key(group: dict[str, Any]) -> dict[str, str]:
    return {"clusterName": group["clusterName"], "nodegroupName": group["nodegroupName"]}


def _described(api: Api, group: dict[str, Any]) -> dict[str, Any]:
    return api.call("eks", "DescribeNodegroup", **_key(group))["nodegroup"]


def _scaling_group(api: Api, group: dict[str, Any]) -> dict[str, Any]:
    name = _described(api, group)["resources"]["autoScalingGroups"][0]["name"]
    groups = api.call("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[name])
    return groups["AutoScalingGroups"][0]


def _zones(api: Api, group: dict[str, Any]) -> Counter[str]:
    """Number of instances in each zone."""
    return Counter(each["Placement"]["AvailabilityZone"] for each in _instances(api, group))


def _instances(api: Api, group: dict[str, Any]) -> list[dict[str, Any]]:
    ids = [each["InstanceId"] for each in _scaling_group(api, group)["Instances"]]
    found = api.call("ec2", "DescribeInstances", InstanceIds=ids)["Reservations"]
    return [each for reservation in found for each in reservation["Instances"]]
