import json
from typing import Any

import pytest

from components.catalog import ADDON_VERSIONS
from components.cluster.eks import CsiDriver
from tests.unit.components.cluster.eks.made import addons
from tests.unit.graph import Graph, Registered


def addon(graph: Graph, name: str) -> Registered:
    [found] = [it for it in graph.of("Addon") if it["addonName"] == name]
    return found


def values(found: Registered) -> dict[str, Any]:
    return json.loads(found.inputs.get("configurationValues", "{}"))


def names(graph: Graph) -> set[str]:
    return {it["addonName"] for it in graph.of("Addon")}


def test_without_volumes_there_is_no_driver() -> None:
    assert names(addons()) == {"coredns", "metrics-server", "eks-node-monitoring-agent"}


def test_versions_are_those_of_the_catalog_for_the_version_of_kubernetes() -> None:
    graph = addons({driver: {} for driver in CsiDriver}, version="1.34")
    assert {it["addonName"]: it["addonVersion"] for it in graph.of("Addon")}.items() <= ADDON_VERSIONS[
        "1.34"
    ].items()


def test_the_stack_may_pin_another() -> None:
    graph = addons(addons={"coredns": "v1.14.4-eksbuild.1"})
    assert addon(graph, "coredns")["addonVersion"] == "v1.14.4-eksbuild.1"


def test_what_was_changed_by_hand_is_set_back() -> None:
    conflicts = {
        (it["resolveConflictsOnCreate"], it["resolveConflictsOnUpdate"]) for it in addons().of("Addon")
    }
    assert conflicts == {("OVERWRITE", "OVERWRITE")}


def test_gpu_health_is_read_on_every_gpu_node() -> None:
    tolerated = values(addon(addons(), "eks-node-monitoring-agent"))["dcgmAgent"]["tolerations"]
    assert tolerated == [
        {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"},
        {"key": "team", "operator": "Equal", "value": "vision", "effect": "NoSchedule"},
    ]


@pytest.mark.parametrize("driver", [CsiDriver.EBS, CsiDriver.FSX, CsiDriver.S3])
def test_volumes_can_be_mounted_on_nodes_with_any_taint(driver: CsiDriver) -> None:
    assert values(addon(addons({driver: {}}), driver)) == {"node": {"tolerateAllTaints": True}}


@pytest.mark.parametrize(
    ("driver", "account"),
    [
        (CsiDriver.EBS, "ebs-csi-controller-sa"),
        (CsiDriver.EFS, "efs-csi-controller-sa"),
        (CsiDriver.FSX, "fsx-csi-controller-sa"),
        (CsiDriver.S3, "s3-csi-driver-sa"),
    ],
)
def test_a_driver_has_a_role_of_its_own_before_it_starts(driver: CsiDriver, account: str) -> None:
    graph = addons({driver: {}})
    association = graph.only("PodIdentityAssociation")
    assert association["serviceAccount"] == account
    assert graph.waits_for(addon(graph, driver), association)


def test_the_role_may_do_what_the_storage_of_the_stack_says() -> None:
    policy = '{"Statement": []}'
    graph = addons({CsiDriver.S3: {"models": policy}})
    assert graph.only("RolePolicy")["policy"] == policy
    assert graph.of("RolePolicyAttachment") == []


def test_volumes_are_encrypted_with_the_key_of_the_stack_and_snapshots_taken() -> None:
    graph = addons({CsiDriver.EBS: {}})
    assert "snapshot-controller" in names(graph)
    statements = json.loads(graph.only("RolePolicy")["policy"])["Statement"]
    assert {statement["Resource"] for statement in statements} == {"arn:key/volumes"}
