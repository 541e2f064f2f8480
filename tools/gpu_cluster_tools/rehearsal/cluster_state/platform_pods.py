"""Pods of the platform and its teams that are not ready, one line for each cause."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lightkube.resources.core_v1 import Pod

from gpu_cluster_tools.rehearsal.cluster_state.not_ready import not_ready
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import is_ready, labels_of

_DONE = "Succeeded"
_NUMBERS = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class UnhealthyPods:
    """Pods of one owner with one reason."""

    namespace: str
    owner: str
    """Name of the DaemonSet, Deployment, StatefulSet or Job, or of a pod without one."""

    pods: int
    total: int
    """Pods of the owner."""

    reason: str


def unhealthy_pods(pods: Iterable[Pod], namespaces: Collection[str]) -> tuple[UnhealthyPods, ...]:
    """Pods of these namespaces. Pods that ended as they should, or that are being deleted, are left out."""
    own = [it for it in pods if _namespace(it) in namespaces and not _is_over(it)]
    totals = Counter(map(_key, own))
    causes: dict[tuple[tuple[str, str], str], list[str]] = {}
    for pod in own:
        if not is_ready(pod):
            reason = _reason(pod)
            causes.setdefault((_key(pod), _NUMBERS.sub("", reason)), []).append(reason)
    return tuple(
        UnhealthyPods(*key, pods=len(reasons), total=totals[key], reason=reasons[0])
        for (key, _), reasons in sorted(causes.items())
    )


def _reason(pod: Pod) -> str:
    if found := not_ready(pod):
        return found
    status = pod.status
    conditions = {it.type: it for it in (status and status.conditions) or []}
    scheduled = conditions.get("PodScheduled")
    if status and status.phase == "Failed":
        return f"failed: {status.reason or status.message or 'its containers ended with an error'}"
    if scheduled and scheduled.status == "False":
        return f"not scheduled: {scheduled.message or scheduled.reason or 'no reason is known'}"
    ready = conditions.get("Ready")
    if status and status.phase == "Running":
        return f"runs, but is not ready: {(ready and ready.message) or 'its probe fails'}; hint: kubectl logs"
    return "waits for its node to start it"


def _is_over(pod: Pod) -> bool:
    deleted = pod.metadata is not None and pod.metadata.deletionTimestamp is not None
    return deleted or (pod.status is not None and pod.status.phase == _DONE)


def _key(pod: Pod) -> tuple[str, str]:
    return _namespace(pod), _owner(pod)


def _namespace(pod: Pod) -> str:
    return (pod.metadata and pod.metadata.namespace) or ""


def _owner(pod: Pod) -> str:
    """Name of the owner; of a ReplicaSet that of its Deployment."""
    metadata = pod.metadata
    if metadata is None:
        return ""
    owner = next(iter(metadata.ownerReferences or ()), None)
    if owner is None:
        return metadata.name or ""
    template = labels_of(pod).get("pod-template-hash")
    return owner.name.removesuffix(f"-{template}") if template else owner.name
