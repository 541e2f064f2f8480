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


def test_exactly_one_is_the_default() -> None:
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


def test_each_kind_asks_its_own_driver() -> None:
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


def test_only_what_can_grow_may() -> None:
    graph = made()
    grow = {c["metadata.name"] for c in graph.of("StorageClass") if c["allowVolumeExpansion"]}
    assert grow == {"models", "block", "gp3", "gp3-scratch"}


def test_data_is_kept_unless_the_stack_says_otherwise() -> None:
    reclaim = {c["metadata.name"]: c["reclaimPolicy"] for c in made().of("StorageClass")}
    assert reclaim["disk"] == reclaim["models"] == "Retain"
    assert reclaim["scratch"] == reclaim["block"] == "Delete"


def test_volumes_that_go_with_their_pod_leave_no_data_behind() -> None:
    classes = classes_of(CLASSES)
    assert classes.scratch == {
        "disk": "disk-scratch",
        "scratch": "scratch",
        "block": "block",
        "gp3": "gp3-scratch",
    }
    assert made().get("StorageClass", "disk-scratch")["reclaimPolicy"] == "Delete"


def test_the_names_tell_what_a_class_is_good_for() -> None:
    classes = classes_of(CLASSES)
    assert classes.default == "disk"
    assert classes.shared == {"models", "ceph", "home"}


def test_a_store_is_no_class_to_make_claims_of() -> None:
    models = S3(kind="s3")

    assert classes_of({"models": models}) == StorageClassNames(
        default=None, shared=frozenset(), scratch={}, stores={"models": models}
    )


def test_disks_of_ebs_have_snapshots_that_stay() -> None:
    snapshots = made().only("VolumeSnapshotClass")

    assert (snapshots["driver"], snapshots["deletionPolicy"]) == ("ebs.csi.aws.com", "Retain")
    assert snapshots["metadata.annotations"]["snapshot.storage.kubernetes.io/is-default-class"] == "true"


def test_without_disks_of_ebs_there_are_none() -> None:
    others = {key: chosen for key, chosen in CLASSES.items() if chosen.kind != "ebs"}

    assert not graph_of(lambda: StorageClasses("storage", others)).of("VolumeSnapshotClass")


def test_a_cluster_keeps_its_own_classes_where_the_stack_names_none() -> None:
    assert classes_of({}).default is None
    assert not graph_of(lambda: StorageClasses("storage", {})).of("StorageClass")
