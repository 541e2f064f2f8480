import json
from typing import Any

import pytest

from gpu_cluster.aws.eks.csi import DRIVERS
from gpu_cluster.catalog import ADDON_VERSIONS
from gpu_cluster.plan import Graph, Registered
from tests.unit.gpu_cluster.aws.eks.made import TAGS, addons


def addon(graph: Graph, name: str) -> Registered:
    [found] = [it for it in graph.of("Addon") if it["addonName"] == name]
    return found


def values(found: Registered) -> dict[str, Any]:
    return json.loads(found.inputs.get("configurationValues", "{}"))


def names(graph: Graph) -> set[str]:
    return {it["addonName"] for it in graph.of("Addon")}


def test_no_csi_driver_is_installed_without_storage() -> None:
    assert names(addons()) == {"coredns", "metrics-server", "eks-node-monitoring-agent"}


def test_add_on_versions_match_the_catalog_for_the_kubernetes_version() -> None:
    graph = addons(*DRIVERS, version="1.34")
    assert {it["addonName"]: it["addonVersion"] for it in graph.of("Addon")}.items() <= ADDON_VERSIONS[
        "1.34"
    ].items()


def test_add_on_version_can_be_pinned() -> None:
    graph = addons(addons={"coredns": "v1.14.4-eksbuild.1"})
    assert addon(graph, "coredns")["addonVersion"] == "v1.14.4-eksbuild.1"


def test_add_ons_overwrite_manual_changes() -> None:
    conflicts = {
        (it["resolveConflictsOnCreate"], it["resolveConflictsOnUpdate"]) for it in addons().of("Addon")
    }
    assert conflicts == {("OVERWRITE", "OVERWRITE")}


def test_dcgm_agent_tolerates_the_taints_of_every_gpu_pool() -> None:
    tolerated = values(addon(addons(), "eks-node-monitoring-agent"))["dcgmAgent"]["tolerations"]
    assert tolerated == [
        {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"},
        {"key": "team", "operator": "Equal", "value": "vision", "effect": "NoSchedule"},
    ]


def test_dcgm_agent_waits_for_the_mig_configuration_of_a_node() -> None:
    """While a process uses an A100, its MIG mode can change only with a reboot."""
    agent = values(addon(addons(), "eks-node-monitoring-agent"))["dcgmAgent"]

    assert set(agent) == {"affinity", "tolerations"}, "the add-on's schema has no nodeSelector at v1.6.6"
    required = agent["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert required["nodeSelectorTerms"] == [
        {"matchExpressions": [{"key": "gpu-cluster/pool", "operator": "In", "values": ["l4"]}]},
        {
            "matchExpressions": [
                {"key": "gpu-cluster/pool", "operator": "In", "values": ["a100"]},
                {"key": "nvidia.com/mig.config.state", "operator": "In", "values": ["success"]},
            ]
        },
    ]


@pytest.mark.parametrize(
    "driver", ["aws-ebs-csi-driver", "aws-fsx-csi-driver", "aws-mountpoint-s3-csi-driver"]
)
def test_csi_driver_tolerates_all_taints(driver: str) -> None:
    assert values(addon(addons(driver), driver))["node"] == {"tolerateAllTaints": True}


def test_ebs_driver_tags_volumes_with_the_tags_of_the_stack() -> None:
    graph = addons("aws-ebs-csi-driver", "aws-fsx-csi-driver")
    assert values(addon(graph, "aws-ebs-csi-driver"))["controller"] == {"extraVolumeTags": TAGS}
    assert "controller" not in values(addon(graph, "aws-fsx-csi-driver"))


@pytest.mark.parametrize(
    ("driver", "account"),
    [
        ("aws-ebs-csi-driver", "ebs-csi-controller-sa"),
        ("aws-efs-csi-driver", "efs-csi-controller-sa"),
        ("aws-fsx-csi-driver", "fsx-csi-controller-sa"),
        ("aws-mountpoint-s3-csi-driver", "s3-csi-driver-sa"),
    ],
)
def test_csi_driver_role_is_associated_before_the_add_on(driver: str, account: str) -> None:
    graph = addons(driver)
    association = graph.only("PodIdentityAssociation")
    assert association["serviceAccount"] == account
    assert graph.waits_for(addon(graph, driver), association)


def test_csi_driver_role_has_the_granted_policy() -> None:
    policy = '{"Statement": []}'
    graph = addons(
        "aws-mountpoint-s3-csi-driver", grants={"aws-mountpoint-s3-csi-driver": {"models": policy}}
    )
    assert graph.only("RolePolicy")["policy"] == policy
    assert graph.of("RolePolicyAttachment") == []


def test_ebs_driver_role_is_scoped_to_the_cluster_and_the_volumes_key() -> None:
    graph = addons("aws-ebs-csi-driver")
    attached = graph.only("RolePolicyAttachment")["policyArn"]
    assert attached.endswith("/AmazonEBSCSIDriverEKSClusterScopedPolicy")
    statements = json.loads(graph.only("RolePolicy")["policy"])["Statement"]
    assert {statement["Resource"] for statement in statements} == {"arn:key/volumes"}


def test_add_on_without_aws_calls_has_no_role() -> None:
    graph = addons("snapshot-controller")
    assert "snapshot-controller" in names(graph)
    assert graph.of("PodIdentityAssociation") == []
