# pyright: reportUnknownMemberType=false

from typing import Any, cast

from lightkube.resources.core_v1 import Pod

from gpu_cluster_tools.rehearsal.cluster_state.platform_pods import UnhealthyPods, unhealthy_pods
from tests.unit.gpu_cluster_tools.rehearsal.cluster_state.test_not_ready import BACK_OFF, ended

REFUSED = "dial tcp: connect: connection refused"


def pod(name: str, owner: str | None = "plugin-l4", namespace: str = "gpu-system", **status: Any) -> Pod:
    owners = [{"apiVersion": "apps/v1", "kind": "DaemonSet", "name": owner, "uid": "1"}] if owner else []
    content = {
        "metadata": {"name": name, "namespace": namespace, "ownerReferences": owners},
        "spec": {
            "nodeName": "l4-0",
            "initContainers": [{"name": "first", "image": "quay.io/first:1"}],
            "containers": [{"name": "main", "image": "nvcr.io/main:1"}, {"name": "beside", "image": "b:1"}],
        },
        "status": status,
    }
    return cast(Pod, Pod.from_dict(content))


def container(
    name: str, state: dict[str, Any], last: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    known = {"image": name, "imageID": "", "ready": False, "started": False, "restartCount": 0}
    return {"name": name, "state": state, "lastState": last or {}, **known, **more}


def pulling(name: str) -> dict[str, Any]:
    return container(name, {"waiting": {"reason": "ImagePullBackOff", "message": REFUSED}})


READY: dict[str, Any] = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
CANNOT = (
    "cannot pull nvcr.io/main:1: the node does not reach nvcr.io; hint: name, port and routes from the nodes "
    "to the registry"
)


def found(*pods: Pod) -> tuple[UnhealthyPods, ...]:
    return unhealthy_pods(pods, {"gpu-system", "vision"})


def test_pods_of_one_owner_with_the_same_cause_are_one_entry() -> None:
    state: dict[str, Any] = {"phase": "Pending", "containerStatuses": [pulling("main")]}
    pods = (pod("a", **state), pod("b", **state), pod("c", **READY))
    assert found(*pods) == (UnhealthyPods("gpu-system", "plugin-l4", 2, 3, CANNOT),)


def test_causes_that_differ_only_in_numbers_are_one_entry() -> None:
    def crashed(seconds: int, restarts: int) -> dict[str, Any]:
        return {"containerStatuses": [container("main", BACK_OFF, ended(seconds), restartCount=restarts)]}

    [one] = found(pod("a", **crashed(3, 7)), pod("b", **crashed(5, 8)))
    assert (one.pods, one.reason) == (2, "exited after 3 s with exit code 1; hint: kubectl logs; restarts: 7")


def test_init_containers_and_further_containers_are_checked() -> None:
    later = container("main", {"waiting": {"reason": "PodInitializing"}})
    [first] = found(pod("a", initContainerStatuses=[pulling("first")], containerStatuses=[later]))
    assert "quay.io/first:1" in first.reason
    running = container("main", {"running": {}}, ready=True, started=True)
    [second] = found(pod("a", containerStatuses=[running, pulling("beside")]))
    assert "cannot pull b:1" in second.reason


def test_pod_without_a_node_shows_why_it_is_not_scheduled() -> None:
    waits = {"type": "PodScheduled", "status": "False", "message": "0/6 nodes are available"}
    [one] = found(pod("a", owner=None, namespace="vision", phase="Pending", conditions=[waits]))
    assert one == UnhealthyPods("vision", "a", 1, 1, "not scheduled: 0/6 nodes are available")


def test_pod_whose_probe_fails_shows_the_condition() -> None:
    waits = {"type": "Ready", "status": "False", "message": "containers with unready status: [main]"}
    state = container("main", {"running": {}}, started=True)
    [one] = found(pod("a", phase="Running", conditions=[waits], containerStatuses=[state]))
    assert one.reason == "runs, but is not ready: containers with unready status: [main]; hint: kubectl logs"


def test_evicted_pod_shows_eviction() -> None:
    [one] = found(pod("a", phase="Failed", reason="Evicted"))
    assert one.reason == "failed: Evicted"


def test_completed_deleted_and_foreign_pods_are_ignored() -> None:
    deleted = pod("a", phase="Pending")
    assert deleted.metadata
    deleted.metadata.deletionTimestamp = cast(Any, "2026-11-30T12:00:00Z")
    others = pod("b", namespace="monitoring", phase="Failed")
    assert found(pod("c", phase="Succeeded"), deleted, others, pod("d", **READY)) == ()
