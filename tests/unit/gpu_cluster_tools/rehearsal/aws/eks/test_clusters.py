from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.ground import Ground, role

SETTINGS: dict[str, Any] = {
    "deletionProtection": True,
    "upgradePolicy": {"supportType": "STANDARD"},
    "zonalShiftConfig": {"enabled": True},
    "controlPlaneScalingConfig": {"tier": "tier-xl"},
    "kubeSchedulerConfig": {"nodeResourcesFit": {"scoringStrategy": {"type": "MostAllocated"}}},
    "remoteNetworkConfig": {"remoteNodeNetworks": [{"cidrs": ["10.80.0.0/16"]}]},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_kept(ground: Ground, name: str) -> None:
    cluster = ground.cluster(**{name: SETTINGS[name]})

    found = ground.api.call("eks", "DescribeCluster", name=cluster["name"])["cluster"]

    assert found[name] == SETTINGS[name]


def test_it_reaches_its_nodes_from_a_group_and_interfaces_of_its_own(ground: Ground) -> None:
    cluster = ground.cluster()
    group = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]

    assert _interfaces(ground.api, group) == sorted(ground.subnets)

    ground.api.call("eks", "DeleteCluster", name=cluster["name"])
    assert _interfaces(ground.api, group) == []
    with pytest.raises(ApiError, match=group):
        ground.api.call("ec2", "DescribeSecurityGroups", GroupIds=[group])


def test_other_subnets_move_its_interfaces(ground: Ground) -> None:
    cluster = ground.cluster()
    group, kept = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"], ground.subnets[:2]

    ground.api.call(
        "eks", "UpdateClusterConfig", name=cluster["name"], resourcesVpcConfig={"subnetIds": kept}
    )

    assert _interfaces(ground.api, group) == sorted(kept)


def test_a_second_of_the_same_name_is_refused(ground: Ground) -> None:
    cluster = ground.cluster()

    with pytest.raises(ApiError, match="ResourceInUseException: Cluster already exists"):
        ground.cluster(name=cluster["name"])


def test_what_it_stands_on_has_to_be_there(ground: Ground) -> None:
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "a subnet": ({"resourcesVpcConfig": {"subnetIds": ["subnet-0", ground.subnets[0]]}}, "subnet-0"),
        "a second zone": ({"resourcesVpcConfig": {"subnetIds": ground.subnets[:1]}}, "two different AZs"),
        "a role that trusts EKS": ({"roleArn": ground.node}, "trusted entity is not correct"),
        "a role": ({"roleArn": f"{ground.control}-other"}, "does not exist"),
        "a key": ({"encryptionConfig": [{"provider": {"keyArn": "no"}, "resources": ["secrets"]}]}, "keyArn"),
        "a way in": (
            {"resourcesVpcConfig": {"subnetIds": ground.subnets, "endpointPublicAccess": False}},
            "cannot be false",
        ),
        "a version": ({"version": "1.20"}, "unsupported Kubernetes version 1.20"),
    }
    for settings, words in wrong.values():
        with pytest.raises(ApiError, match=words):
            ground.cluster(**settings)


def test_it_is_upgraded_by_one_minor_version_and_never_back(ground: Ground) -> None:
    name = ground.cluster(version="1.33")["name"]

    ground.api.call("eks", "UpdateClusterVersion", name=name, version="1.34")

    for wrong in ("1.36", "1.33", "1.34"):
        with pytest.raises(ApiError, match=f"minor version update from 1.34 to {wrong}"):
            ground.api.call("eks", "UpdateClusterVersion", name=name, version=wrong)


def test_it_does_not_leave_its_nodes_behind(ground: Ground) -> None:
    name = ground.cluster(version="1.34")["name"]
    ground.node_group(name, version="1.32")
    ground.api.call("eks", "UpdateClusterVersion", name=name, version="1.35")

    with pytest.raises(ApiError, match="at most 3 minor versions older"):
        ground.api.call("eks", "UpdateClusterVersion", name=name, version="1.36")


def test_protection_is_turned_off_before_it_goes(ground: Ground) -> None:
    name = ground.cluster(deletionProtection=True)["name"]

    with pytest.raises(ApiError, match="deletion protection"):
        ground.api.call("eks", "DeleteCluster", name=name)

    ground.api.call("eks", "UpdateClusterConfig", name=name, deletionProtection=False)
    ground.api.call("eks", "DeleteCluster", name=name)
    with pytest.raises(ApiError, match=f"No cluster found for name: {name}"):
        ground.api.call("eks", "DescribeCluster", name=name)


def test_it_stays_while_it_has_node_groups(ground: Ground) -> None:
    name = ground.cluster()["name"]
    group = ground.node_group(name)["nodegroupName"]

    with pytest.raises(ApiError, match="Cluster has nodegroups attached"):
        ground.api.call("eks", "DeleteCluster", name=name)

    ground.api.call("eks", "DeleteNodegroup", clusterName=name, nodegroupName=group)
    ground.api.call("eks", "DeleteCluster", name=name)


def test_access_entries_are_there_to_stay(ground: Ground) -> None:
    name = ground.cluster(accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})["name"]

    with pytest.raises(ApiError, match="from API_AND_CONFIG_MAP to CONFIG_MAP"):
        _update(ground.api, name, accessConfig={"authenticationMode": "CONFIG_MAP"})

    _update(ground.api, name, accessConfig={"authenticationMode": "API"})


def test_one_call_makes_one_kind_of_change(ground: Ground) -> None:
    name = ground.cluster()["name"]

    with pytest.raises(ApiError, match="Only one type of cluster update"):
        _update(ground.api, name, deletionProtection=True, upgradePolicy={"supportType": "STANDARD"})
    with pytest.raises(ApiError, match="already at the desired configuration"):
        _update(ground.api, name, deletionProtection=False)


def test_logs_have_a_group_whoever_makes_it(ground: Ground) -> None:
    logging = {"clusterLogging": [{"types": ["audit"], "enabled": True}]}

    cluster = ground.cluster(logging=logging)

    written = [each["types"] for each in cluster["logging"]["clusterLogging"] if each["enabled"]]
    assert written == [["audit"]]
    group = f"/aws/eks/{cluster['name']}/cluster"
    found = ground.api.call("logs", "DescribeLogGroups", logGroupNamePrefix=group)["logGroups"]
    assert [each["logGroupName"] for each in found] == [group]


def test_values_outside_of_the_model_are_refused(ground: Ground) -> None:
    with pytest.raises(ApiError, match="expected one of standard, tier-xl"):
        ground.cluster(controlPlaneScalingConfig={"tier": "tier-9xl"})
    with pytest.raises(ApiError, match="Unknown parameter in input"):
        ground.cluster(turbo=True)


def test_without_an_api_server_its_endpoint_is_made_up(ground: Ground) -> None:
    cluster = ground.cluster()

    id = cluster["identity"]["oidc"]["issuer"].rpartition("/")[2]
    assert cluster["endpoint"] == f"https://{id}.gr7.eu-central-1.eks.amazonaws.com"


def test_the_role_of_another_cluster_serves_too(ground: Ground) -> None:
    assert ground.cluster(roleArn=role(ground.api, "eks.amazonaws.com"))["status"] == "ACTIVE"


def _update(api: Api, name: str, **change: Any) -> None:
    api.call("eks", "UpdateClusterConfig", name=name, **change)


def _interfaces(api: Api, group: str) -> list[str]:
    """The subnets that members of a security group are in."""
    filters = [{"Name": "group-id", "Values": [group]}]
    found = api.call("ec2", "DescribeNetworkInterfaces", Filters=filters)["NetworkInterfaces"]
    return sorted(each["SubnetId"] for each in found)
