from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.controllers.volume_provisioner import provide
from tests.unit.gpu_cluster_tools.rehearsal.api_server import Object, Objects, thing

EBS = "ebs.csi.aws.com"
NODE = {"metadata": {"name": "l4-0", "labels": {"topology.kubernetes.io/zone": "eu-central-1b"}}}


def storage(provisioner: str, mode: str) -> Object:
    return {
        "metadata": {"name": "fast"},
        "provisioner": provisioner,
        "volumeBindingMode": mode,
        "reclaimPolicy": "Retain",
    }


def claim(*, on: str | None = None, phase: str = "Pending") -> Object:
    spec = {
        "storageClassName": "fast",
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "40Gi"}},
    }
    made = thing("weights", spec=spec, status={"phase": phase})
    made["metadata"]["resourceVersion"] = "7"
    if on:
        made["metadata"]["annotations"] = {"volume.kubernetes.io/selected-node": on}
    return made


def volume(**changes: Any) -> Object:
    fields = {"phase": "Released", "reclaim": "Delete", "by": EBS} | changes
    return {
        "metadata": {"name": "pvc-old", "annotations": {"pv.kubernetes.io/provisioned-by": fields["by"]}},
        "spec": {"persistentVolumeReclaimPolicy": fields["reclaim"]},
        "status": {"phase": fields["phase"]},
    }


def test_volume_is_created_for_a_claim_with_immediate_binding() -> None:
    api = Objects(storageclasses=[storage("nfs.csi.k8s.io", "Immediate")], persistentvolumeclaims=[claim()])

    provide(api)

    [made] = api.created
    assert made["metadata"]["name"] == "pvc-uid-weights"
    assert made["spec"]["capacity"] == {"storage": "40Gi"}
    assert made["spec"]["claimRef"]["uid"] == "uid-weights"
    assert made["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    assert "nodeAffinity" not in made["spec"]


def test_zonal_volume_is_created_in_the_zone_of_the_selected_node() -> None:
    api = Objects(
        storageclasses=[storage(EBS, "WaitForFirstConsumer")],
        persistentvolumeclaims=[claim(on="l4-0")],
        nodes=[NODE],
    )

    provide(api)

    [term] = api.created[0]["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert term["matchExpressions"][0]["values"] == ["eu-central-1b"]


@pytest.mark.parametrize(
    "objects",
    [
        {"storageclasses": [storage(EBS, "WaitForFirstConsumer")], "persistentvolumeclaims": [claim()]},
        {
            "storageclasses": [storage("kubernetes.io/host-path", "Immediate")],
            "persistentvolumeclaims": [claim()],
        },
        {"storageclasses": [storage(EBS, "Immediate")], "persistentvolumeclaims": [claim(phase="Bound")]},
        {"storageclasses": [], "persistentvolumeclaims": [claim()]},
    ],
    ids=["the scheduler has not chosen", "another makes it", "has one", "no such class"],
)
def test_no_volume_is_created(objects: dict[str, list[Object]]) -> None:
    api = Objects(**objects)

    provide(api)

    assert api.created == []


def test_released_volume_with_delete_policy_is_deleted() -> None:
    api = Objects(persistentvolumes=[volume()])

    provide(api)

    assert api.deleted == ["/api/v1/persistentvolumes/pvc-old"]


@pytest.mark.parametrize(
    "changes", [{"phase": "Bound"}, {"reclaim": "Retain"}, {"by": "kubernetes.io/host-path"}]
)
def test_other_volume_is_kept(changes: dict[str, str]) -> None:
    api = Objects(persistentvolumes=[volume(**changes)])

    provide(api)

    assert api.deleted == []
