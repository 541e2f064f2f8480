from typing import Any

from pydantic import TypeAdapter

from gpu_cluster.config.storage import ClassSettings
from gpu_cluster.config.stores import S3
from gpu_cluster.kubernetes.storage import StorageClasses, StorageClassNames, classes_of
from gpu_cluster.plan import Graph
from tests.unit.graph import graph_of

DEFAULT = "storageclass.kubernetes.io/is-default-class"
SETTINGS: dict[str, Any] = {
    "disk": {"kind": "local-path", "default": True},
    "scratch": {"kind": "host-path", "reclaim": "delete"},
    "models": {"kind": "nfs", "server": "files.example.com", "share": "/srv/models"},
    "ceph": {"kind": "csi", "provisioner": "cephfs.example.com", "parameters": {"fs": "a"}, "shared": True},
    "gp3": {"kind": "ebs", "iops": 4000, "throughput": 500},
    "home": {"kind": "efs"},
    "block": {"kind": "csi", "provisioner": "block.example.com", "expandable": True, "reclaim": "delete"},
}
CLASSES = TypeAdapter(dict[str, ClassSettings]).validate_python(SETTINGS)


def made() -> Graph:
    return graph_of(lambda: StorageClasses("storage", CLASSES))


def test_exactly_one_storage_class_is_the_default() -> None:
    marks = {c["metadata.name"]: c["metadata.annotations"][DEFAULT] for c in made().of("StorageClass")}
    assert marks == {
        "disk": "true",
        "disk-scratch": "false",
        "scratch": "false",
        "models": "false",
        "ceph": "false",
        "gp3": "false",
        "gp3-scratch": "false",
        "home": "false",
        "block": "false",
    }


def test_each_storage_kind_has_its_provisioner() -> None:
    graph = made()
    assert {c["metadata.name"]: c["provisioner"] for c in graph.of("StorageClass")} == {
        "disk": "rancher.io/local-path",
        "disk-scratch": "rancher.io/local-path",
        "scratch": "kubernetes.io/host-path",
        "models": "nfs.csi.k8s.io",
        "ceph": "cephfs.example.com",
        "gp3": "ebs.csi.aws.com",
        "gp3-scratch": "ebs.csi.aws.com",
        "home": "efs.csi.aws.com",
        "block": "block.example.com",
    }
    models = graph.get("StorageClass", "models")
    assert models["parameters"] == {"server": "files.example.com", "share": "/srv/models"}
    assert graph.get("StorageClass", "ceph")["parameters"] == {"fs": "a"}
    gp3 = graph.get("StorageClass", "gp3")["parameters"]
    assert (gp3["type"], gp3["iops"], gp3["throughput"]) == ("gp3", "4000", "500")


def test_only_expandable_classes_allow_expansion() -> None:
    graph = made()
    grow = {c["metadata.name"] for c in graph.of("StorageClass") if c["allowVolumeExpansion"]}
    assert grow == {"models", "block", "gp3", "gp3-scratch"}


def test_reclaim_policy_is_retain_by_default() -> None:
    reclaim = {c["metadata.name"]: c["reclaimPolicy"] for c in made().of("StorageClass")}
    assert reclaim["disk"] == reclaim["models"] == "Retain"
    assert reclaim["scratch"] == reclaim["block"] == "Delete"


def test_scratch_classes_delete_their_volumes() -> None:
    classes = classes_of(CLASSES)
    assert classes.scratch == {
        "disk": "disk-scratch",
        "scratch": "scratch",
        "block": "block",
        "gp3": "gp3-scratch",
    }
    assert made().get("StorageClass", "disk-scratch")["reclaimPolicy"] == "Delete"


def test_classes_of_names_the_default_and_shared_classes() -> None:
    classes = classes_of(CLASSES)
    assert classes.default == "disk"
    assert classes.shared == {"models", "ceph", "home"}


def test_store_is_not_a_storage_class() -> None:
    models = S3(kind="s3")

    assert classes_of({"models": models}) == StorageClassNames(
        default=None, shared=frozenset(), scratch={}, stores={"models": models}
    )


def test_ebs_snapshot_class_is_the_default_and_retains() -> None:
    snapshots = made().only("VolumeSnapshotClass")

    assert (snapshots["driver"], snapshots["deletionPolicy"]) == ("ebs.csi.aws.com", "Retain")
    assert snapshots["metadata.annotations"]["snapshot.storage.kubernetes.io/is-default-class"] == "true"


def test_no_snapshot_class_without_ebs() -> None:
    others = {key: chosen for key, chosen in CLASSES.items() if chosen.kind != "ebs"}

    assert not graph_of(lambda: StorageClasses("storage", others)).of("VolumeSnapshotClass")


def test_no_storage_classes_without_storage_settings() -> None:
    assert classes_of({}).default is None
    assert not graph_of(lambda: StorageClasses("storage", {})).of("StorageClass")
