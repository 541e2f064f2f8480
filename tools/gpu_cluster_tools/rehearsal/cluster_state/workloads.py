"""Workloads of a cluster that do not run, and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gpu_cluster.capacity import Pool
from gpu_cluster_tools.rehearsal.cluster_state.unscheduled import is_unscheduled, why_unscheduled
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object

_APPS = ("Deployment", "DaemonSet", "StatefulSet")
_COMBINED = "(combined from similar events): "
_KARPENTER = "karpenter"
_SELECTED = "volume.kubernetes.io/selected-node"  # the scheduler waits for the volume


@dataclass(frozen=True, slots=True)
class Unhealthy:
    """A workload or claim that is not as it should be."""

    what: str
    """Kind, namespace and name: `Deployment serving/chat`."""

    state: str
    """State, such as `0 of 2 pods ready`."""

    why: tuple[str, ...]

    def __str__(self) -> str:
        return "\n  ".join([f"{self.what}: {self.state}", *self.why])


@dataclass(frozen=True, slots=True)
class Workloads:
    """All workloads at one moment."""

    total: int
    unwell: tuple[Unhealthy, ...]


def workloads(api: DynamicClient, pools: Mapping[str, Pool]) -> Workloads:
    """Deployments, DaemonSets, StatefulSets, Jobs and claims as they are now."""
    seen = _Seen.of(api, pools)
    found = [*seen.apps, *seen.jobs, *seen.claims]
    return Workloads(len(found), tuple(filter(None, map(seen.unwell, found))))


@dataclass(frozen=True)
class _Seen:
    """The cluster at one moment."""

    apps: list[Object]
    jobs: list[Object]
    claims: list[Object]
    replica_sets: list[Object]
    pods: list[Object]
    events: list[Object]
    nodes: Mapping[str, list[Object]]
    immediate: frozenset[str]
    """Classes whose volumes are bound at once."""

    @classmethod
    def of(cls, api: DynamicClient, pools: Mapping[str, Pool]) -> "_Seen":
        nodes = api.items("/api/v1/nodes")
        classes = api.items("/apis/storage.k8s.io/v1/storageclasses")
        return cls(
            apps=[
                each | {"kind": kind}
                for kind in _APPS
                for each in api.items(f"/apis/apps/v1/{kind.lower()}s")
            ],
            jobs=[each | {"kind": "Job"} for each in api.items("/apis/batch/v1/jobs")],
            claims=[
                each | {"kind": "PersistentVolumeClaim"}
                for each in api.items("/api/v1/persistentvolumeclaims")
            ],
            replica_sets=api.items("/apis/apps/v1/replicasets"),
            pods=api.items("/api/v1/pods"),
            events=api.items("/api/v1/events"),
            nodes={name: [node for node in nodes if _is_of(node, pool)] for name, pool in pools.items()},
            immediate=frozenset(
                each["metadata"]["name"] for each in classes if each["volumeBindingMode"] == "Immediate"
            ),
        )

    def unwell(self, thing: Object) -> Unhealthy | None:
        state = self._state(thing)
        if state is None:
            return None
        where = f"{thing['metadata']['namespace']}/{thing['metadata']['name']}"
        return Unhealthy(f"{thing['kind']} {where}", state, tuple(dict.fromkeys(self._why(thing))))

    def _state(self, thing: Object) -> str | None:
        """The problem, in short; None where there is none."""
        if thing["kind"] == "PersistentVolumeClaim":
            return self._claim_state(thing)
        if thing["kind"] == "Job":
            done = {
                each["type"] for each in thing["status"].get("conditions", []) if each["status"] == "True"
            }
            return None if "Complete" in done else "failed" if "Failed" in done else "not complete"
        return _app_state(thing)

    def _claim_state(self, claim: Object) -> str | None:
        phase = claim["status"]["phase"]
        waits = phase == "Pending" and (
            claim["spec"].get("storageClassName") in self.immediate
            or _SELECTED in claim["metadata"].get("annotations", {})
        )
        return "no volume yet" if waits else "its volume no longer exists" if phase == "Lost" else None

    def _why(self, thing: Object) -> Iterator[str]:
        owners = [thing, *_owned(self.replica_sets, [thing])]
        for owner in owners:
            yield from self._warnings(owner)
        for pod in _owned(self.pods, owners):
            if is_unscheduled(pod):
                yield from why_unscheduled(pod, self.nodes, self.pods)
                yield from self._by_karpenter(pod)
            elif pod["spec"].get("nodeName"):
                yield from _not_ready(pod)

    def _by_karpenter(self, pod: Object) -> Iterator[str]:
        """Last reason for not starting a server, without the listed labels."""
        mine = [
            each
            for each in self.events
            if each["involvedObject"].get("uid") == pod["metadata"]["uid"]
            and each.get("source", {}).get("component") == _KARPENTER
            and each["type"] == "Warning"
        ]
        for event in sorted(mine, key=_time)[-1:]:
            reason, _, rest = event["message"].partition(", requirements=")
            _, asked, resources = rest.partition("resources=")
            yield f"Karpenter: {reason}" + (f", {asked}{resources}" if asked else "")

    def _warnings(self, thing: Object) -> Iterator[str]:
        """Last warnings of controllers: a refusal by admission or quota, a volume that is not made."""
        mine = [
            each
            for each in self.events
            if each["involvedObject"].get("uid") == thing["metadata"]["uid"] and each["type"] == "Warning"
        ]
        latest = {each["reason"]: each for each in sorted(mine, key=_time)}
        for event in latest.values():
            message = event["message"].removeprefix(_COMBINED).removeprefix("Error creating: ")
            yield f"{event['reason']}: {message}"


def _app_state(app: Object) -> str | None:
    status = app["status"]
    if app["kind"] == "DaemonSet":
        wanted = status["desiredNumberScheduled"]
        ready, updated = status["numberReady"], status.get("updatedNumberScheduled", 0)
    else:
        wanted = app["spec"]["replicas"]
        ready, updated = status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    if status.get("observedGeneration", 0) < app["metadata"]["generation"]:
        return "its controller has not processed it yet"
    if ready < wanted:
        return f"{ready} of {wanted} pods ready"
    return f"{updated} of {wanted} pods are up to date" if updated < wanted else None


def _owned(things: Iterable[Object], owners: Iterable[Object]) -> list[Object]:
    uids = {owner["metadata"]["uid"] for owner in owners}
    return [
        thing
        for thing in things
        if any(each["uid"] in uids for each in thing["metadata"].get("ownerReferences", []))
    ]


def _not_ready(pod: Object) -> Iterator[str]:
    name, node = pod["metadata"]["name"], pod["spec"]["nodeName"]
    for status in pod["status"].get("containerStatuses", []):
        waiting = status["state"].get("waiting")
        if waiting:
            yield f"pod {name} on {node}: {waiting['reason']}: {waiting.get('message', '')}".rstrip(": ")


def _is_of(node: Object, pool: Pool) -> bool:
    return node["metadata"].get("labels", {}).items() >= pool.selector.items()


def _time(event: Object) -> str:
    return event.get("lastTimestamp") or event.get("eventTime") or ""
