from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites, role

SETTINGS: dict[str, Any] = {
    "deletionProtection": True,
    "upgradePolicy": {"supportType": "STANDARD"},
    "zonalShiftConfig": {"enabled": True},
    "controlPlaneScalingConfig": {"tier": "tier-xl"},
    "kubeSchedulerConfig": {"nodeResourcesFit": {"scoringStrategy": {"type": "MostAllocated"}}},
    "remoteNetworkConfig": {"remoteNodeNetworks": [{"cidrs": ["10.80.0.0/16"]}]},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_cluster_setting_is_stored(eks: Prerequisites, name: str) -> None:
    cluster = eks.cluster(**{name: SETTINGS[name]})

    found = eks.api.call("eks", "DescribeCluster", name=cluster["name"])["cluster"]

    assert found[name] == SETTINGS[name]


def test_cluster_has_a_security_group_and_an_interface_in_each_subnet(eks: Prerequisites) -> None:
    cluster = eks.cluster()
    group = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]

    assert _interfaces(eks.api, group) == sorted(eks.subnets)

    eks.api.call("eks", "DeleteCluster", name=cluster["name"])
    assert _interfaces(eks.api, group) == []
    with pytest.raises(ApiError, match=group):
        eks.api.call("ec2", "DescribeSecurityGroups", GroupIds=[group])


def test_new_subnets_move_the_interfaces_of_the_cluster(eks: Prerequisites) -> None:
    cluster = eks.cluster()
    group = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    where = {"VpcId": eks.vpc, "CidrBlock": "10.40.128.0/20", "AvailabilityZone": "eu-central-1a"}
    other = eks.api.call("ec2", "CreateSubnet", **where)["Subnet"]["SubnetId"]
    changed = [other, *eks.subnets[1:]]

    _update(eks.api, cluster["name"], resourcesVpcConfig={"subnetIds": changed})

    assert _interfaces(eks.api, group) == sorted(changed)


def test_cluster_subnets_must_stay_in_their_zones(eks: Prerequisites) -> None:
    cluster = eks.cluster(resourcesVpcConfig={"subnetIds": eks.subnets[:2]})

    for subnets in (eks.subnets, eks.subnets[1:]):
        with pytest.raises(ApiError, match="creation, eu-central-1a, eu-central-1b, not in"):
            _update(eks.api, cluster["name"], resourcesVpcConfig={"subnetIds": subnets})


def test_duplicate_cluster_name_is_refused(eks: Prerequisites) -> None:
    cluster = eks.cluster()

    with pytest.raises(ApiError, match="ResourceInUseException: Cluster already exists"):
        eks.cluster(name=cluster["name"])


def test_cluster_requires_existing_and_valid_resources(eks: Prerequisites) -> None:
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "a subnet": ({"resourcesVpcConfig": {"subnetIds": ["subnet-0", eks.subnets[0]]}}, "subnet-0"),
        "a second zone": ({"resourcesVpcConfig": {"subnetIds": eks.subnets[:1]}}, "two different AZs"),
        "a role that trusts EKS": ({"roleArn": eks.node}, "trusted entity is not correct"),
        "a role": ({"roleArn": f"{eks.control}-other"}, "does not exist"),
        "a key": ({"encryptionConfig": [{"provider": {"keyArn": "no"}, "resources": ["secrets"]}]}, "keyArn"),
        "a way in": (
            {"resourcesVpcConfig": {"subnetIds": eks.subnets, "endpointPublicAccess": False}},
            "cannot be false",
        ),
        "a version": ({"version": "1.20"}, "unsupported Kubernetes version 1.20"),
    }
    for settings, words in wrong.values():
        with pytest.raises(ApiError, match=words):
            eks.cluster(**settings)


def test_cluster_version_rises_by_one_minor_version_only(eks: Prerequisites) -> None:
    name = eks.cluster(version="1.33")["name"]

    eks.api.call("eks", "UpdateClusterVersion", name=name, version="1.34")

    for wrong in ("1.36", "1.33", "1.34"):
        with pytest.raises(ApiError, match=f"minor version update from 1.34 to {wrong}"):
            eks.api.call("eks", "UpdateClusterVersion", name=name, version=wrong)


def test_cluster_version_must_not_exceed_nodes_by_more_than_3(eks: Prerequisites) -> None:
    name = eks.cluster(version="1.34")["name"]
    eks.node_group(name, version="1.32")
    eks.api.call("eks", "UpdateClusterVersion", name=name, version="1.35")

    with pytest.raises(ApiError, match="at most 3 minor versions older"):
        eks.api.call("eks", "UpdateClusterVersion", name=name, version="1.36")


def test_deletion_protection_must_be_disabled_before_deletion(eks: Prerequisites) -> None:
    name = eks.cluster(deletionProtection=True)["name"]

    with pytest.raises(ApiError, match="deletion protection"):
        eks.api.call("eks", "DeleteCluster", name=name)

    eks.api.call("eks", "UpdateClusterConfig", name=name, deletionProtection=False)
    eks.api.call("eks", "DeleteCluster", name=name)
    with pytest.raises(ApiError, match=f"No cluster found for name: {name}"):
        eks.api.call("eks", "DescribeCluster", name=name)


def test_cluster_with_node_groups_is_not_deleted(eks: Prerequisites) -> None:
    name = eks.cluster()["name"]
    group = eks.node_group(name)["nodegroupName"]

    with pytest.raises(ApiError, match="Cluster has nodegroups attached"):
        eks.api.call("eks", "DeleteCluster", name=name)

    eks.api.call("eks", "DeleteNodegroup", clusterName=name, nodegroupName=group)
    eks.api.call("eks", "DeleteCluster", name=name)


def test_authentication_mode_cannot_return_to_config_map(eks: Prerequisites) -> None:
    name = eks.cluster(accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})["name"]

    with pytest.raises(ApiError, match="from API_AND_CONFIG_MAP to CONFIG_MAP"):
        _update(eks.api, name, accessConfig={"authenticationMode": "CONFIG_MAP"})

    _update(eks.api, name, accessConfig={"authenticationMode": "API"})


def test_update_accepts_one_type_of_change(eks: Prerequisites) -> None:
    name = eks.cluster()["name"]

    with pytest.raises(ApiError, match="Only one type of cluster update"):
        _update(eks.api, name, deletionProtection=True, upgradePolicy={"supportType": "STANDARD"})
    with pytest.raises(ApiError, match="already at the desired configuration"):
        _update(eks.api, name, deletionProtection=False)


def test_enabled_logging_has_a_log_group(eks: Prerequisites) -> None:
    logging = {"clusterLogging": [{"types": ["audit"], "enabled": True}]}

    cluster = eks.cluster(logging=logging)

    written = [each["types"] for each in cluster["logging"]["clusterLogging"] if each["enabled"]]
    assert written == [["audit"]]
    group = f"/aws/eks/{cluster['name']}/cluster"
    found = eks.api.call("logs", "DescribeLogGroups", logGroupNamePrefix=group)["logGroups"]
    assert [each["logGroupName"] for each in found] == [group]


def test_value_outside_the_service_model_is_refused(eks: Prerequisites) -> None:
    with pytest.raises(ApiError, match="expected one of standard, tier-xl"):
        eks.cluster(controlPlaneScalingConfig={"tier": "tier-9xl"})
    with pytest.raises(ApiError, match="Unknown parameter in input"):
        eks.cluster(turbo=True)


def test_cluster_without_api_server_has_an_invented_endpoint(eks: Prerequisites) -> None:
    cluster = eks.cluster()

    id = cluster["identity"]["oidc"]["issuer"].rpartition("/")[2]
    assert cluster["endpoint"] == f"https://{id}.gr7.eu-central-1.eks.amazonaws.com"


def test_cluster_role_can_be_used_by_several_clusters(eks: Prerequisites) -> None:
    assert eks.cluster(roleArn=role(eks.api, "eks.amazonaws.com"))["status"] == "ACTIVE"


def _update(api: Api, name: str, **change: Any) -> None:
    api.call("eks", "UpdateClusterConfig", name=name, **change)


def _interfaces(api: Api, group: str) -> list[str]:
    """Subnets with an interface in a security group."""
    filters = [{"Name": "group-id", "Values": [group]}]
    found = api.call("ec2", "DescribeNetworkInterfaces", Filters=filters)["NetworkInterfaces"]
    return sorted(each["SubnetId"] for each in found)
