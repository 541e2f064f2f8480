"""Objects that are never deleted, because the controller of their finalizer is deleted first."""

import json

from gpu_cluster.plan import Graph
from tests.pains.platforms import addon, of_package, platform


def test_volumes_are_deleted_before_their_csi_drivers(graph: Graph) -> None:
    kinds = ("StorageClass", "PersistentVolume", "PersistentVolumeClaim", "VolumeSnapshotClass", "Deployment")
    drivers = [it for it in graph.of("Addon") if "csi" in it["addonName"]]
    assert drivers
    for kind in kinds:
        for later in of_package(graph, "kubernetes"):
            if later.type.endswith(f":{kind}") and not later.name.startswith("platform-autoscaler"):
                assert all(graph.waits_for(later, driver) for driver in drivers), later.name


def test_snapshots_are_deleted_before_their_controller(graph: Graph) -> None:
    assert graph.waits_for(graph.only("VolumeSnapshotClass"), addon(graph, "snapshot-controller"))


def test_volumes_are_deleted_before_mount_targets_and_associations() -> None:
    graph = platform("prod")
    [datasets] = [it for it in graph.of("PersistentVolume") if it["metadata.name"] == "datasets-serving"]
    home = graph.get("StorageClass", "home")
    assert all(graph.waits_for(home, target) for target in graph.of("MountTarget"))
    assert graph.waits_for(datasets, graph.only("DataRepositoryAssociation"))


def test_karpenter_is_deleted_after_its_node_pools() -> None:
    graph = platform("dev")
    [controller] = graph.of("KarpenterController")
    [node_class] = graph.of("EC2NodeClass")
    [pool] = graph.of("NodePool")
    assert graph.waits_for(node_class, controller)
    assert graph.waits_for(pool, node_class)


def test_karpenter_is_permitted_the_calls_of_its_finalizers() -> None:
    [document] = [
        json.loads(it["policy"])
        for it in platform("dev").of("RolePolicy")
        if it.name.startswith("platform-karpenter-controller")
    ]
    granted = {action: each for each in document["Statement"] for action in each["Action"]}
    assert granted["iam:ListInstanceProfiles"]["Resource"] == "*"
    assert granted["iam:GetInstanceProfile"]["Resource"].endswith(":instance-profile/*")
    assert "ec2:DeleteLaunchTemplate" in granted


def test_deployer_has_access_until_the_last_object_is_deleted(graph: Graph) -> None:
    provider = graph.only("providers:kubernetes")
    assert {it.provider.rpartition("::")[0] for it in of_package(graph, "kubernetes")} == {provider.urn}
    for entry in graph.of("AccessPolicyAssociation"):
        assert graph.waits_for(provider, entry), entry.name
