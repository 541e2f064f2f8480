"""Storage classes and volumes of stores on AWS."""

from gpu_cluster.kubernetes.storage import StorageClasses
from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.aws.stores.made import ANSWERS, VOLUMES_KEY, made, settings_of, stores_of
from tests.unit.graph import graph_of

STORAGE = {
    "disk": {"kind": "ebs", "default": True},
    "home": {"kind": "efs"},
    "datasets": {"kind": "fsx-lustre", "size": "2.4Ti", "namespaces": {"vision", "serving"}},
    "models": {"kind": "s3", "namespaces": {"serving"}},
}


def in_cluster() -> Graph:
    return graph_of(
        lambda: StorageClasses("c", settings_of(STORAGE), backing=stores_of(STORAGE).backing), ANSWERS
    )


def test_ebs_storage_class_is_encrypted_with_the_volumes_key() -> None:
    parameters = in_cluster().get("StorageClass", "disk")["parameters"]

    assert (parameters["encrypted"], parameters["kmsKeyId"]) == ("true", VOLUMES_KEY)


def test_volumes_have_the_tag_of_their_class_except_scratch_volumes() -> None:
    tags = {
        name: in_cluster().get("StorageClass", name)["parameters"].get("tagSpecification_1")
        for name in ("disk", "disk-scratch")
    }

    assert tags == {"disk": "gpu-cluster/storage-class=test/disk", "disk-scratch": None}


def test_efs_storage_class_provisions_access_points() -> None:
    parameters = in_cluster().get("StorageClass", "home")["parameters"]

    assert parameters["provisioningMode"] == "efs-ap"
    assert parameters["fileSystemId"] == "s-home-files-id"


def test_store_has_one_volume_per_configured_namespace() -> None:
    volumes = {volume["metadata.name"]: volume["spec"] for volume in in_cluster().of("PersistentVolume")}

    assert {name: (it["claimRef"]["namespace"], it["claimRef"]["name"]) for name, it in volumes.items()} == {
        "datasets-serving": ("serving", "datasets"),
        "datasets-vision": ("vision", "datasets"),
        "models-serving": ("serving", "models"),
    }
    handles = [it["csi"]["volumeHandle"] for it in volumes.values()]
    assert len(set(handles)) == len(handles)


def test_lustre_volume_has_the_dns_and_mount_name() -> None:
    spec = in_cluster().get("PersistentVolume", "datasets-vision")["spec"]

    assert spec["csi"]["volumeAttributes"] == {
        "dnsname": "fs-1.fsx.eu-central-1.amazonaws.com",
        "mountname": "abcdefgh",
    }
    assert (spec["capacity"], spec["accessModes"]) == ({"storage": "2400Gi"}, ["ReadWriteMany"])
    assert (spec["persistentVolumeReclaimPolicy"], spec["storageClassName"]) == ("Retain", "")


def test_bucket_volume_is_mounted_read_only_by_the_driver() -> None:
    spec = in_cluster().get("PersistentVolume", "models-serving")["spec"]

    assert spec["csi"]["volumeAttributes"] == {
        "bucketName": "models-1a2b3c4",
        "authenticationSource": "driver",
    }
    assert spec["accessModes"] == ["ReadOnlyMany"]
    assert "read-only" in spec["mountOptions"]
    assert spec["mountOptions"][-2:] == ["region eu-central-1", "maximum-throughput-gbps 100"]


def test_ebs_stores_without_backups_create_no_resources() -> None:
    assert [it.type for it in made({"disk": {"kind": "ebs", "backup_days": 0}}).resources] == [
        "gpu-cluster:index:Stores"
    ]
