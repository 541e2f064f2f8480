# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
# (botocore has no types)

import json

import pytest
from botocore.validate import validate_parameters

from gpu_cluster_tools.rehearsal.aws.input_validation import invalid_values
from tests.service_models import parameters_of
from tests.unit.gpu_cluster.aws.eks.made import cluster


def test_cluster_endpoint_is_private_by_default() -> None:
    vpc = cluster().only("Cluster")["vpcConfig"]
    assert vpc["endpointPrivateAccess"] is True
    assert vpc["endpointPublicAccess"] is False
    assert vpc["subnetIds"] == ["subnet-a", "subnet-b"]


def test_public_endpoint_allows_only_the_configured_networks() -> None:
    graph = cluster(endpoint={"public": ["203.0.113.0/24", "198.51.100.0/24", "203.0.113.0/24"]})
    vpc = graph.only("Cluster")["vpcConfig"]
    assert vpc["endpointPrivateAccess"] is True
    assert vpc["endpointPublicAccess"] is True
    assert vpc["publicAccessCidrs"] == ["198.51.100.0/24", "203.0.113.0/24"]


def test_secrets_are_encrypted_with_a_key_that_the_cluster_role_may_use() -> None:
    graph = cluster()
    assert graph.only("Cluster")["encryptionConfig"] == {
        "resources": ["secrets"],
        "provider": {"keyArn": "arn:key/cluster"},
    }
    [policy] = [it for it in graph.of("RolePolicy") if it.name == "c-secrets"]
    [statement] = json.loads(policy["policy"])["Statement"]
    assert statement["Resource"] == "arn:key/cluster"


def test_log_group_with_key_and_retention_is_created_before_the_cluster() -> None:
    graph = cluster(logs={"retentionDays": 365})
    made, logs = graph.only("Cluster"), graph.only("LogGroup")
    assert graph.waits_for(made, logs)
    assert logs["name"] == f"/aws/eks/{made['name']}/cluster"
    assert logs["retentionInDays"] == 365
    assert logs["kmsKeyId"] == "arn:key/logs"
    assert set(made["enabledClusterLogTypes"]) == {
        *("api", "audit", "authenticator", "controllerManager", "scheduler")
    }


def test_cluster_and_role_names_are_generated() -> None:
    graph = cluster()
    [role] = [it for it in graph.of("iam:role:Role") if it.name == "c-test"]
    assert "name" not in role.inputs
    assert graph.only("Cluster")["name"] == "c-test-1a2b3c4"


def test_cluster_access_is_by_access_entries_only() -> None:
    assert cluster().only("Cluster")["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }


def test_self_managed_add_ons_are_not_bootstrapped() -> None:
    assert cluster().only("Cluster")["bootstrapSelfManagedAddons"] is False


@pytest.mark.parametrize("protect", [True, False])
def test_deletion_protection_follows_the_stack(protect: bool) -> None:
    graph = cluster(protect=protect)
    made, logs = graph.only("Cluster"), graph.only("LogGroup")
    [role] = [it for it in graph.of("iam:role:Role") if it.name == "c-test"]
    assert made["deletionProtection"] is protect
    assert {made.protected, role.protected, logs.protected, logs.retained} == {protect}


def test_no_drift_of_the_cluster_is_ignored() -> None:
    assert {it.ignored_changes for it in cluster().resources} == {()}


def test_bin_packing_weights_gpus_above_cpu_and_memory() -> None:
    strategy = cluster().only("Cluster")["kubeSchedulerConfig.nodeResourcesFit.scoringStrategy"]
    assert strategy["type"] == "MostAllocated"
    weights = {it["name"]: it["weight"] for it in strategy["resources"]}
    assert set(weights) == {"cpu", "memory", "nvidia.com/gpu", "nvidia.com/mig-1g.5gb"}
    assert weights["cpu"] == weights["memory"] < weights["nvidia.com/gpu"] == weights["nvidia.com/mig-1g.5gb"]


def test_scheduler_spreads_pods_without_bin_packing() -> None:
    made = cluster(binPacking=False).only("Cluster")
    assert made["kubeSchedulerConfig.nodeResourcesFit.scoringStrategy"] == {
        "type": "LeastAllocated",
        "resources": [{"name": "cpu", "weight": 1}, {"name": "memory", "weight": 1}],
    }


@pytest.mark.pinned  # boto3 1.40.0 does not know the setting
@pytest.mark.parametrize("packing", [True, False])
def test_scheduler_configuration_is_valid_in_the_eks_service_model(packing: bool) -> None:
    given = cluster(binPacking=packing).only("Cluster")["kubeSchedulerConfig"]
    shape = parameters_of("eks", "CreateCluster").members["kubeSchedulerConfig"]

    validate_parameters(given, shape)
    assert list(invalid_values(given, shape, "kubeSchedulerConfig")) == []


def test_support_tier_and_zonal_shift_follow_the_stack() -> None:
    made = cluster(support="extended", controlPlaneTier="tier-2xl", zonalShift=False).only("Cluster")
    assert made["version"] == "1.35"
    assert made["upgradePolicy"] == {"supportType": "EXTENDED"}
    assert made["controlPlaneScalingConfig"] == {"tier": "tier-2xl"}
    assert made["zonalShiftConfig"] == {"enabled": False}


def test_service_cidr_follows_the_stack() -> None:
    made = cluster(serviceCidr="10.96.0.0/16").only("Cluster")
    assert made["kubernetesNetworkConfig"] == {"ipFamily": "ipv4", "serviceIpv4Cidr": "10.96.0.0/16"}


def test_service_cidr_is_not_set_with_ipv6() -> None:
    assert cluster(ipFamily="ipv6").only("Cluster")["kubernetesNetworkConfig"] == {"ipFamily": "ipv6"}


def test_cluster_has_the_remote_networks_of_hybrid_nodes() -> None:
    made = cluster(remoteNetworks={"nodes": ["192.168.0.0/24"]}).only("Cluster")
    assert made["remoteNetworkConfig"] == {"remoteNodeNetworks": {"cidrs": ["192.168.0.0/24"]}}
