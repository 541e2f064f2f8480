import pytest

from gpu_cluster_tools.rehearsal.cluster_state import leftovers
from gpu_cluster_tools.rehearsal.cluster_state.leftovers import leftovers_in_cluster
from tests.unit.gpu_cluster_tools.rehearsal.api_server import Object, Objects, thing


class Cluster(Objects):
    def __init__(self, *found: str, volumes: list[Object], pods: list[Object] | None = None) -> None:
        super().__init__(persistentvolumes=volumes, pods=pods or [])
        self.found = found

    def objects(self) -> dict[str, str]:
        return dict.fromkeys(self.found, "uid")


def volume(name: str, policy: str) -> Object:
    return {
        "metadata": {"name": name},
        "spec": {"persistentVolumeReclaimPolicy": policy},
        "status": {"phase": "Released"},
    }


def test_existing_objects_nodes_and_retained_volumes_are_no_leftovers() -> None:
    cluster = Cluster(
        "namespaces//default",
        "nodes//l4-0",
        "persistentvolumes//kept",
        volumes=[volume("kept", "Retain")],
    )

    assert leftovers_in_cluster(cluster, {"namespaces//default"}) == ([], ["persistentvolumes//kept"])


def test_pods_of_daemon_sets_are_no_leftovers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_GONE_SECONDS", 0)
    plugin: Object = thing("plugin")
    plugin["metadata"]["ownerReferences"] = [{"kind": "DaemonSet", "uid": "uid-nvidia"}]
    cluster = Cluster("pods/serving/plugin", "pods/serving/odd", volumes=[], pods=[plugin, thing("odd")])

    assert leftovers_in_cluster(cluster, set()) == (["pods/serving/odd"], [])


def test_other_objects_and_lost_volumes_are_leftovers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_GONE_SECONDS", 0)
    cluster = Cluster("configmaps/serving/odd", "persistentvolumes//lost", volumes=[volume("lost", "Delete")])

    assert leftovers_in_cluster(cluster, set()) == (["configmaps/serving/odd", "persistentvolumes//lost"], [])
