# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
# (botocore has no types)

import json

import pytest
from botocore.validate import validate_parameters

from gpu_cluster_tools.rehearsal.aws.input_validation import invalid_values
from tests.service_models import parameters_of
from tests.unit.gpu_cluster.aws.eks.made import cluster


def test_it_is_reached_within_aws_alone() -> None:
    vpc = cluster().only("Cluster")["vpcConfig"]
    assert vpc["endpointPrivateAccess"] is True
    assert vpc["endpointPublicAccess"] is False
    assert vpc["subnetIds"] == ["subnet-a", "subnet-b"]


def test_over_the_internet_from_named_networks_alone() -> None:
    graph = cluster(endpoint={"public": ["203.0.113.0/24", "198.51.100.0/24", "203.0.113.0/24"]})
    vpc = graph.only("Cluster")["vpcConfig"]
    assert vpc["endpointPrivateAccess"] is True
    assert vpc["endpointPublicAccess"] is True
    assert vpc["publicAccessCidrs"] == ["198.51.100.0/24", "203.0.113.0/24"]


def test_secrets_are_encrypted_with_a_key_that_its_role_may_use() -> None:
    graph = cluster()
    assert graph.only("Cluster")["encryptionConfig"] == {
        "resources": ["secrets"],
        "provider": {"keyArn": "arn:key/cluster"},
    }
    [policy] = [it for it in graph.of("RolePolicy") if it.name == "c-secrets"]
    [statement] = json.loads(policy["policy"])["Statement"]
    assert statement["Resource"] == "arn:key/cluster"


def test_its_log_group_is_there_first_with_its_name_a_key_and_an_end() -> None:
    graph = cluster(logs={"retentionDays": 365})
    made, logs = graph.only("Cluster"), graph.only("LogGroup")
    assert graph.waits_for(made, logs)
    assert logs["name"] == f"/aws/eks/{made['name']}/cluster"
    assert logs["retentionInDays"] == 365
    assert logs["kmsKeyId"] == "arn:key/logs"
    assert set(made["enabledClusterLogTypes"]) == {
        *("api", "audit", "authenticator", "controllerManager", "scheduler")
    }


def test_it_is_named_by_the_engine_for_its_stack() -> None:
    graph = cluster()
    [role] = [it for it in graph.of("iam:role:Role") if it.name == "c-test"]
    assert "name" not in role.inputs
    assert graph.only("Cluster")["name"] == "c-test-1a2b3c4"


def test_access_is_by_access_entries_only() -> None:
    assert cluster().only("Cluster")["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }


def test_no_add_on_comes_unasked() -> None:
    assert cluster().only("Cluster")["bootstrapSelfManagedAddons"] is False


@pytest.mark.parametrize("protect", [True, False])
def test_it_goes_only_where_it_is_not_protected(protect: bool) -> None:
    graph = cluster(protect=protect)
    made, logs = graph.only("Cluster"), graph.only("LogGroup")
    [role] = [it for it in graph.of("iam:role:Role") if it.name == "c-test"]
    assert made["deletionProtection"] is protect
    assert {made.protected, role.protected, logs.protected, logs.retained} == {protect}


def test_nothing_that_drifts_is_ignored() -> None:
    assert {it.ignored_changes for it in cluster().resources} == {()}


def test_whole_gpu_nodes_fall_idle() -> None:
    strategy = cluster().only("Cluster")["kubeSchedulerConfig.nodeResourcesFit.scoringStrategy"]
    assert strategy["type"] == "MostAllocated"
    weights = {it["name"]: it["weight"] for it in strategy["resources"]}
    assert set(weights) == {"cpu", "memory", "nvidia.com/gpu", "nvidia.com/mig-1g.5gb"}
    assert weights["cpu"] == weights["memory"] < weights["nvidia.com/gpu"] == weights["nvidia.com/mig-1g.5gb"]


def test_without_packing_pods_are_spread_whatever_was_before() -> None:
    made = cluster(binPacking=False).only("Cluster")
    assert made["kubeSchedulerConfig.nodeResourcesFit.scoringStrategy"] == {
        "type": "LeastAllocated",
        "resources": [{"name": "cpu", "weight": 1}, {"name": "memory", "weight": 1}],
    }


@pytest.mark.parametrize("packing", [True, False])
def test_eks_takes_its_scheduling_which_the_provider_of_rehearsals_lacks(packing: bool) -> None:
    given = cluster(binPacking=packing).only("Cluster")["kubeSchedulerConfig"]
    shape = parameters_of("eks", "CreateCluster").members["kubeSchedulerConfig"]

    validate_parameters(given, shape)
    assert list(invalid_values(given, shape, "kubeSchedulerConfig")) == []


def test_support_tier_and_zonal_shift_are_those_of_the_stack() -> None:
    made = cluster(support="extended", controlPlaneTier="tier-2xl", zonalShift=False).only("Cluster")
    assert made["version"] == "1.35"
    assert made["upgradePolicy"] == {"supportType": "EXTENDED"}
    assert made["controlPlaneScalingConfig"] == {"tier": "tier-2xl"}
    assert made["zonalShiftConfig"] == {"enabled": False}


def test_addresses_of_services_are_those_of_the_stack() -> None:
    made = cluster(serviceCidr="10.96.0.0/16").only("Cluster")
    assert made["kubernetesNetworkConfig"] == {"ipFamily": "ipv4", "serviceIpv4Cidr": "10.96.0.0/16"}


def test_with_ipv6_aws_chooses_them() -> None:
    assert cluster(ipFamily="ipv6").only("Cluster")["kubernetesNetworkConfig"] == {"ipFamily": "ipv6"}


def test_it_knows_the_networks_of_hybrid_nodes() -> None:
    made = cluster(remoteNetworks={"nodes": ["192.168.0.0/24"]}).only("Cluster")
    assert made["remoteNetworkConfig"] == {"remoteNodeNetworks": {"cidrs": ["192.168.0.0/24"]}}
