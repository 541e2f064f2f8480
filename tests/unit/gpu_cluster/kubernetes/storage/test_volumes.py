from pathlib import Path

from gpu_cluster.plan import Graph, Registered
from gpu_cluster.stack import load
from tests.unit.platforms import shared_platform_of

SITE = Path(__file__).parents[4] / "stacks/happy/storage-weights-on-a-site.yaml"


def test_nfs_folder_is_mounted_read_only() -> None:
    volume = volumes()["share-serving"]

    assert volume["spec.csi.driver"] == "nfs.csi.k8s.io"
    assert volume["spec.csi.volumeAttributes"] == {"server": "files.example.com", "share": "/srv/models"}
    assert volume["spec.accessModes"] == ["ReadOnlyMany"]
    assert "ro" in volume["spec.mountOptions"]


def test_writable_nfs_folder_is_mounted_read_write() -> None:
    volume = volumes()["results-batch"]

    assert volume["spec.accessModes"] == ["ReadWriteMany"]
    assert "ro" not in volume["spec.mountOptions"]


def test_csi_volume_keeps_its_handle_and_attributes() -> None:
    csi = volumes()["ceph-serving"]["spec.csi"]

    assert csi["volumeHandle"] == "models"
    assert csi["volumeAttributes"]["rootPath"] == "/models"
    assert csi["readOnly"] is True


def test_node_folder_has_a_local_volume_in_each_namespace() -> None:
    for name in ("copies-serving", "copies-batch"):
        volume = volumes()[name]
        assert volume["spec.local.path"] == "/srv/models"
        [term] = volume["spec.nodeAffinity.required.nodeSelectorTerms"]
        assert term["matchExpressions"][0]["key"] == "kubernetes.io/os"


def test_models_mount_the_claims_of_their_stores() -> None:
    graph = site()
    claims = {it["metadata.name"]: it["spec.accessModes"] for it in graph.of("PersistentVolumeClaim")}

    assert claims == {key: ["ReadOnlyMany"] for key in ("share", "ceph", "copies")}
    for deployment in graph.of("Deployment"):
        if deployment["metadata.namespace"] == "serving":
            assert any("persistentVolumeClaim" in it for it in deployment["spec.template.spec.volumes"])


def volumes() -> dict[str, Registered]:
    return {it["metadata.name"]: it for it in site().of("PersistentVolume")}


def site() -> Graph:
    return shared_platform_of(load(SITE))[0]
