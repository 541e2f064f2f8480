from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.controllers.addons import define, drivers_of, installed_in
from tests.unit.gpu_cluster_tools.rehearsal.api_server import Objects

CLASSES = "volumesnapshotclasses.snapshot.storage.k8s.io"


def definition(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}}


def test_crds_of_an_addon_exist_while_installed() -> None:
    cluster = Objects(customresourcedefinitions=[])

    define(cluster, {"snapshot-controller"})

    names = {each["spec"]["names"]["kind"]: each["spec"]["scope"] for each in cluster.created}
    assert names == {
        "VolumeSnapshot": "Namespaced",
        "VolumeSnapshotClass": "Cluster",
        "VolumeSnapshotContent": "Cluster",
    }
    assert CLASSES in {each["metadata"]["name"] for each in cluster.created}


def test_removed_addon_deletes_only_its_crds() -> None:
    cluster = Objects(customresourcedefinitions=[definition(CLASSES), definition("odd.example.com")])

    define(cluster, {"coredns"})

    assert [path.rpartition("/")[2] for path in cluster.deleted] == [CLASSES]
    assert cluster.created == []


def test_addons_map_to_csi_drivers() -> None:
    assert drivers_of({"aws-ebs-csi-driver", "coredns"}) == {"ebs.csi.aws.com"}


def test_cluster_deleted_meanwhile_has_no_addons(monkeypatch: pytest.MonkeyPatch) -> None:
    def call(_api: Api, _service: str, operation: str, clusterName: str = "") -> dict[str, Any]:  # noqa: N803
        if operation == "ListClusters":
            return {"clusters": ["here", "gone"]}
        if clusterName == "gone":
            raise ApiError("ResourceNotFoundException", "No cluster found for name: gone.")
        return {"addons": ["coredns"]}

    monkeypatch.setattr(Api, "call", call)

    assert installed_in(Api("http://127.0.0.1:1", "us-east-2"))() == {"coredns"}
