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
def test_what_does_not_fit_is_refused(eks: Prerequisites, words: str) -> None:
    cluster = eks.cluster()["name"]

    with pytest.raises(ApiError, match=words):
        eks.node_group(cluster, **WRONG_SETTINGS[words])


@pytest.mark.parametrize("words", WRONG_TEMPLATES)
def test_a_template_says_what_is_not_the_groups(eks: Prerequisites, words: str) -> None:
    cluster, template = eks.cluster()["name"], eks.template(**WRONG_TEMPLATES[words])

    with pytest.raises(ApiError, match=words):
        eks.node_group(cluster, launchTemplate=template, instanceTypes=["g6.4xlarge"])


def test_a_capacity_block_is_named_by_the_template(eks: Prerequisites) -> None:
    cluster, settings = eks.cluster()["name"], {"capacityType": "CAPACITY_BLOCK"}
    template = eks.template(InstanceMarketOptions=BLOCK, InstanceType="p5.48xlarge")
    with pytest.raises(ApiError, match="has to name its reservation"):
        eks.node_group(cluster, launchTemplate=template, **settings)

    template = eks.template(
        InstanceMarketOptions=BLOCK, InstanceType="p5.48xlarge", CapacityReservationSpecification=RESERVED
    )
    group = eks.node_group(cluster, launchTemplate=template, **settings)

    assert (group["amiType"], group["capacityType"]) == ("AL2023_x86_64_NVIDIA", "CAPACITY_BLOCK")


def test_its_servers_are_spread_over_its_zones(eks: Prerequisites) -> None:
    scaling = {"minSize": 0, "desiredSize": 4, "maxSize": 4}
    group = eks.node_group(eks.cluster()["name"], scalingConfig=scaling)

    assert sorted(_zones(eks.api, group).values()) == [1, 1, 2]
    assert _scaling_group(eks.api, group)["DesiredCapacity"] == 4


@pytest.mark.parametrize("strategy", ["DEFAULT", "MINIMAL"])
@pytest.mark.parametrize(("size", "at_once"), [(2, 1), (3, 1), (3, 2), (5, 1), (5, 4)])
def test_an_update_leaves_as_many_in_each_zone(
    eks: Prerequisites, strategy: str, size: int, at_once: int
) -> None:
    scaling = {"minSize": 0, "desiredSize": size, "maxSize": size}
    update = {"maxUnavailable": at_once, "updateStrategy": strategy}
    group = eks.node_group(eks.cluster()["name"], scalingConfig=scaling, updateConfig=update)
    before = _zones(eks.api, group)

    for release in ("1.34.9-20260801", "1.34.9-20260802"):
        eks.api.call("eks", "UpdateNodegroupVersion", **_key(group), releaseVersion=release)

        assert _zones(eks.api, group) == before


def test_a_zone_that_has_fewer_keeps_what_it_has(eks: Prerequisites) -> None:
    group = eks.node_group(
        eks.cluster()["name"], scalingConfig={"minSize": 0, "desiredSize": 6, "maxSize": 6}
    )
    eks.api.call("eks", "UpdateNodegroupVersion", **_key(group), releaseVersion="1.34.9-20260801")

    for size, spread in {5: [1, 2, 2], 4: [1, 1, 2], 3: [1, 1, 1]}.items():
        scaling = {"minSize": 0, "desiredSize": size, "maxSize": 6}
        eks.api.call("eks", "UpdateNodegroupConfig", **_key(group), scalingConfig=scaling)

        assert sorted(_zones(eks.api, group).values()) == spread


def test_it_grows_and_shrinks(eks: Prerequisites) -> None:
    group = eks.node_group(eks.cluster()["name"])

    for size in (4, 1):
        scaling = {"minSize": 1, "desiredSize": size, "maxSize": 4}
        eks.api.call("eks", "UpdateNodegroupConfig", **_key(group), scalingConfig=scaling)

        assert len(_instances(eks.api, group)) == size
        assert _scaling_group(eks.api, group)["DesiredCapacity"] == size


@pytest.mark.parametrize("strategy", ["DEFAULT", "MINIMAL"])
def test_another_release_replaces_every_server(eks: Prerequisites, strategy: str) -> None:
    update = {"maxUnavailable": 1, "updateStrategy": strategy}
    group = eks.node_group(eks.cluster()["name"], updateConfig=update)
    before = {each["InstanceId"] for each in _instances(eks.api, group)}

    eks.api.call("eks", "UpdateNodegroupVersion", **_key(group), releaseVersion="1.34.9-20260801")

    after = {each["InstanceId"] for each in _instances(eks.api, group)}
    assert len(after) == len(before)
    assert not before & after
    assert _described(eks.api, group)["releaseVersion"] == "1.34.9-20260801"


def test_how_nodes_are_replaced_is_said_in_parts(eks: Prerequisites) -> None:
    group = eks.node_group(eks.cluster()["name"], updateConfig={"updateStrategy": "MINIMAL"})

    share = {"maxUnavailablePercentage": 50}
    eks.api.call("eks", "UpdateNodegroupConfig", **_key(group), updateConfig=share)

    assert _described(eks.api, group)["updateConfig"] == {"updateStrategy": "MINIMAL"} | share


def test_its_template_changes_by_version_alone(eks: Prerequisites) -> None:
    template, other = eks.template(), eks.template()
    group = eks.node_group(eks.cluster()["name"], launchTemplate=template)
    eks.api.call("ec2", "CreateLaunchTemplateVersion", LaunchTemplateId=template["id"], LaunchTemplateData={})

    eks.api.call("eks", "UpdateNodegroupVersion", **_key(group), launchTemplate=template | {"version": "2"})
    assert _described(eks.api, group)["launchTemplate"]["version"] == "2"

    with pytest.raises(ApiError, match="cannot change the launch template"):
        eks.api.call("eks", "UpdateNodegroupVersion", **_key(group), launchTemplate=other)


def test_labels_and_taints_change_by_key(eks: Prerequisites) -> None:
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


def test_without_a_network_plugin_no_node_gets_ready(eks: Prerequisites) -> None:
    cluster = eks.cluster(bootstrapSelfManagedAddons=False)["name"]

    group = _described(eks.api, eks.node_group(cluster))

    assert group["status"] == "CREATE_FAILED"
    assert "cni plugin not initialized" in group["health"]["issues"][0]["message"]


def test_it_takes_everything_along(eks: Prerequisites) -> None:
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
    """How many of its servers are in each zone."""
    return Counter(each["Placement"]["AvailabilityZone"] for each in _instances(api, group))


def _instances(api: Api, group: dict[str, Any]) -> list[dict[str, Any]]:
    ids = [each["InstanceId"] for each in _scaling_group(api, group)["Instances"]]
    found = api.call("ec2", "DescribeInstances", InstanceIds=ids)["Reservations"]
    return [each for reservation in found for each in reservation["Instances"]]
