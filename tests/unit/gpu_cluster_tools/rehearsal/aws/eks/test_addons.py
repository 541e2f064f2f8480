import json

import pytest

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites, role

TAINT = {"key": "nvidia.com/gpu", "effect": "NO_SCHEDULE"}


def test_addon_is_unique_and_must_be_supported(eks: Prerequisites) -> None:
    cluster = eks.cluster()["name"]
    eks.api.call("eks", "CreateAddon", clusterName=cluster, addonName="vpc-cni")

    with pytest.raises(ApiError, match="Addon already exists"):
        eks.api.call("eks", "CreateAddon", clusterName=cluster, addonName="vpc-cni")
    with pytest.raises(ApiError, match="Addon nvidia specified is not supported"):
        eks.api.call("eks", "CreateAddon", clusterName=cluster, addonName="nvidia")


def test_addon_configuration_must_be_json_and_version_must_be_valid(eks: Prerequisites) -> None:
    key = {"clusterName": eks.cluster()["name"], "addonName": "vpc-cni"}

    with pytest.raises(ApiError, match="not in JSON format"):
        eks.api.call("eks", "CreateAddon", **key, configurationValues="{")
    with pytest.raises(ApiError, match="version specified is not supported: latest"):
        eks.api.call("eks", "CreateAddon", **key, addonVersion="latest")


def test_update_changes_version_and_configuration(eks: Prerequisites) -> None:
    key = {"clusterName": eks.cluster()["name"], "addonName": "vpc-cni"}
    made = eks.api.call("eks", "CreateAddon", **key)["addon"]
    assert made["addonVersion"].startswith("v1.")

    values = json.dumps({"enableNetworkPolicy": "true"})
    eks.api.call("eks", "UpdateAddon", **key, addonVersion="v1.99.0-eksbuild.1", configurationValues=values)

    found = eks.api.call("eks", "DescribeAddon", **key)["addon"]
    assert (found["addonVersion"], found["configurationValues"]) == ("v1.99.0-eksbuild.1", values)


def test_pod_identity_associations_of_an_addon_belong_to_it(eks: Prerequisites) -> None:
    cluster = eks.cluster()["name"]
    pods = role(eks.api, "pods.eks.amazonaws.com")
    wanted = [{"serviceAccount": "aws-node", "roleArn": pods}]
    key = {"clusterName": cluster, "addonName": "vpc-cni"}
    addon = eks.api.call("eks", "CreateAddon", **key, podIdentityAssociations=wanted)["addon"]
    id = addon["podIdentityAssociations"][0].rpartition("/")[2]

    with pytest.raises(ApiError, match="goes with it"):
        eks.api.call("eks", "DeletePodIdentityAssociation", clusterName=cluster, associationId=id)

    eks.api.call("eks", "DeleteAddon", **key)
    left = eks.api.call("eks", "ListPodIdentityAssociations", clusterName=cluster)["associations"]
    assert left == []


def test_coredns_is_degraded_until_a_node_without_taints_exists(eks: Prerequisites) -> None:
    cluster = eks.cluster()["name"]
    key = {"clusterName": cluster, "addonName": "coredns"}

    def status() -> str:
        return eks.api.call("eks", "DescribeAddon", **key)["addon"]["status"]

    assert eks.api.call("eks", "CreateAddon", **key)["addon"]["status"] == "DEGRADED"
    eks.node_group(cluster, taints=[TAINT])
    assert status() == "DEGRADED"
    eks.node_group(cluster)
    assert status() == "ACTIVE"


def test_service_account_has_one_association_whose_role_trusts_pods(eks: Prerequisites) -> None:
    cluster = eks.cluster()["name"]
    pods = role(eks.api, "pods.eks.amazonaws.com")
    account = {"clusterName": cluster, "namespace": "serving", "serviceAccount": "vllm"}

    with pytest.raises(ApiError, match="trusted entity is not correct"):
        eks.api.call("eks", "CreatePodIdentityAssociation", **account, roleArn=eks.node)
    made = eks.api.call("eks", "CreatePodIdentityAssociation", **account, roleArn=pods)["association"]
    with pytest.raises(ApiError, match="Association already exists"):
        eks.api.call("eks", "CreatePodIdentityAssociation", **account, roleArn=pods)

    found = eks.api.call(
        "eks", "DescribePodIdentityAssociation", clusterName=cluster, associationId=made["associationId"]
    )["association"]
    assert (found["namespace"], found["roleArn"]) == ("serving", pods)
