import pytest

from gpu_cluster_tools.rehearsal.cluster_state.workloads import Unhealthy, workloads
from tests.unit.gpu_cluster_tools.rehearsal.api_server import Object, Objects, thing


def deployment(ready: int = 2, updated: int = 2, seen: int = 1) -> Object:
    status = {"readyReplicas": ready, "updatedReplicas": updated, "observedGeneration": seen}
    return thing("chat", spec={"replicas": 2}, status=status)


def warning(about: Object, reason: str, message: str, time: str = "2026-11-21T07:00:00Z") -> Object:
    involved = {"uid": about["metadata"]["uid"]}
    return {
        "involvedObject": involved,
        "type": "Warning",
        "reason": reason,
        "message": message,
        "lastTimestamp": time,
    }


def unwell(**objects: list[Object]) -> list[Unhealthy]:
    return list(workloads(Objects(**objects), {}).unwell)


def test_healthy_workloads_are_counted() -> None:
    daemons = {
        "desiredNumberScheduled": 3,
        "numberReady": 3,
        "updatedNumberScheduled": 3,
        "observedGeneration": 1,
    }
    seen = workloads(
        Objects(
            deployments=[deployment()],
            daemonsets=[thing("plugin", spec={}, status=daemons)],
            jobs=[thing("job", status={"conditions": [{"type": "Complete", "status": "True"}]})],
            persistentvolumeclaims=[thing("data", spec={}, status={"phase": "Bound"})],
        ),
        {},
    )

    assert (seen.total, seen.unwell) == (4, ())


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({"ready": 1}, "1 of 2 pods ready"),
        ({"updated": 1}, "1 of 2 pods are up to date"),
        ({"seen": 0}, "its controller has not processed it yet"),
    ],
)
def test_incomplete_rollout_is_unhealthy(counts: dict[str, int], state: str) -> None:
    assert unwell(deployments=[deployment(**counts)]) == [Unhealthy("Deployment serving/chat", state, ())]


def test_incomplete_or_failed_job_is_unhealthy() -> None:
    failed = {"conditions": [{"type": "Failed", "status": "True"}]}

    found = unwell(jobs=[thing("a", status={}), thing("b", status=failed)])

    assert [each.state for each in found] == ["not complete", "failed"]


def test_admission_failure_is_reported_from_replica_set_events() -> None:
    owner = deployment(ready=0)
    replica_set = thing("chat-1", owner=owner)
    events = [
        warning(replica_set, "FailedCreate", "Error creating: first", "2026-11-21T07:00:00Z"),
        warning(
            replica_set,
            "FailedCreate",
            '(combined from similar events): Error creating: pods "chat-1-a" is forbidden: exceeded quota',
            "2026-11-21T07:00:09Z",
        ),
        warning(thing("other"), "FailedCreate", "not ours"),
    ]

    [found] = unwell(deployments=[owner], replicasets=[replica_set], events=events)

    assert str(found) == (
        "Deployment serving/chat: 0 of 2 pods ready\n"
        '  FailedCreate: pods "chat-1-a" is forbidden: exceeded quota'
    )


def test_unready_deployment_shows_why_its_pods_do_not_start() -> None:
    owner = deployment(ready=0)
    replica_set = thing("chat-1", owner=owner)
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}
    pod = thing(
        "chat-1-2",
        owner=replica_set,
        spec={"containers": [], "nodeName": "l4-0"},
        status={"phase": "Pending", "containerStatuses": [{"state": waiting}]},
    )

    [found] = unwell(deployments=[owner], replicasets=[replica_set], pods=[pod])

    assert found.why == ("pod chat-1-2 on l4-0: ImagePullBackOff: no such image",)


def test_claim_with_immediate_binding_and_no_volume_is_unhealthy() -> None:
    pending = {"phase": "Pending"}
    patient = thing("patient", spec={"storageClassName": "later"}, status=pending)
    chosen = thing("chosen", spec={"storageClassName": "later"}, status=pending)
    chosen["metadata"]["annotations"] = {"volume.kubernetes.io/selected-node": "l4-0"}
    at_once = thing("at-once", spec={"storageClassName": "now"}, status=pending)
    lost = thing("lost", spec={}, status={"phase": "Lost"})
    classes = [
        {"metadata": {"name": "later"}, "volumeBindingMode": "WaitForFirstConsumer"},
        {"metadata": {"name": "now"}, "volumeBindingMode": "Immediate"},
    ]

    found = unwell(persistentvolumeclaims=[patient, chosen, at_once, lost], storageclasses=classes)

    assert [(each.what.rpartition("/")[2], each.state) for each in found] == [
        ("chosen", "no volume yet"),
        ("at-once", "no volume yet"),
        ("lost", "its volume no longer exists"),
    ]


def test_karpenter_event_explains_a_pending_pod() -> None:
    owner = deployment(ready=0)
    replica_set = thing("chat-1", owner=owner)
    pending = {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False"}]}
    pod = thing("chat-1-a", owner=replica_set, spec={"containers": []}, status=pending)
    message = (
        "Failed to schedule pod, no instance type has enough resources, "
        'requirements=gpu-cluster/pool In [gpu], resources={"memory":"57920Mi"}'
    )
    by = {"source": {"component": "karpenter"}}
    events = [
        warning(pod, "FailedScheduling", "0/2 nodes are available") | {"source": {"component": "scheduler"}},
        warning(pod, "FailedScheduling", "an older one", "2026-11-21T06:00:00Z") | by,
        warning(pod, "FailedScheduling", message) | by,
    ]

    [found] = unwell(deployments=[owner], replicasets=[replica_set], pods=[pod], events=events)

    assert found.why == (
        "Karpenter: Failed to schedule pod, no instance type has enough resources, "
        'resources={"memory":"57920Mi"}',
    )
