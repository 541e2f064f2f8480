"""Run of a Job: create, wait, read the log."""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gpu_cluster.capacity import Pool
from gpu_cluster_tools.doctor.api_server import NoAnswerError, Object
from gpu_cluster_tools.verify.run_namespace import LABELS, NAMESPACE, RunNamespace

_POLL_SECONDS = 1.0
_START_SECONDS = 60.0
"""Timeout for creating and scheduling the pod; the chosen node has free capacity."""

_IMAGE_SECONDS = 900.0
_GRACE_SECONDS = 30.0
_JOBS = f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs"
_PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
_ENDED = {"Succeeded", "Failed"}
_OVERCOMMITTED = ("cpu", "memory")
"""Resources whose requests may be smaller than their limits."""

_NEVER_STARTS = {
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
}
"""Reasons of a kubelet for a container that waits, and will wait on."""


class NotStartedError(Exception):
    """The pod did not start: it was not scheduled, or its image could not be pulled."""


@dataclass(frozen=True, slots=True)
class JobResult:
    succeeded: bool
    log: str
    reason: str
    """Reason of the end, such as OOMKilled or DeadlineExceeded; empty where it succeeded."""

    @property
    def last_words(self) -> str:
        """End of the log in one line."""
        return " ".join(self.log.split())[-200:]


@dataclass(frozen=True, slots=True)
class JobPod:
    """The one container of a Job's pod, and the node that it is for."""

    name: str
    image: str
    script: str
    pool: Pool
    node: str
    """Name of a node of the pool."""

    limits: Mapping[str, str]
    """Limits of the container, with its extended resources."""

    env: Mapping[str, str] = field(default_factory=dict[str, str])

    root: bool = False
    """Whether it runs as root, with a root file system of its own."""

    capabilities: tuple[str, ...] = ()
    """Capabilities of its user root, which has no others."""

    claim: str | None = None
    """Claim that is mounted at /data."""

    secret: str | None = None
    """Secret that is mounted at /secret, readable by the user alone."""

    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Labels of the pod, beside those of the run."""

    def spec(self, pull_secrets: Sequence[Mapping[str, str]]) -> Object:
        """Spec of the pod. Its requests are small: the node's memory is for models."""
        extended = {name: count for name, count in self.limits.items() if name not in _OVERCOMMITTED}
        mounts: list[Object] = [{"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108
        mounts.append({"name": "shm", "mountPath": "/dev/shm"})  # noqa: S108
        volumes: list[Object] = [
            {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
            {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "4Gi"}},
        ]
        if self.claim:
            mounts.append({"name": "data", "mountPath": "/data"})
            volumes.append({"name": "data", "persistentVolumeClaim": {"claimName": self.claim}})
        if self.secret:
            mounts.append({"name": "secret", "mountPath": "/secret", "readOnly": True})
            volumes.append({"name": "secret", "secret": {"secretName": self.secret, "defaultMode": 0o400}})
        user = {"runAsUser": 0} if self.root else {"runAsUser": 2000, "runAsNonRoot": True, "fsGroup": 2000}
        return {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 5,
            "serviceAccountName": NAMESPACE,
            "nodeSelector": {**self.pool.selector, "kubernetes.io/hostname": self.node},
            "tolerations": [dict(it) for it in self.pool.tolerations],
            "imagePullSecrets": [dict(it) for it in pull_secrets],
            "securityContext": {**user, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": self.name,
                    "image": self.image,
                    "command": ["sh", "-c", self.script],
                    "env": [{"name": key, "value": value} for key, value in self.env.items()],
                    "resources": {
                        "requests": {"cpu": "100m", "memory": "256Mi", **extended},
                        "limits": dict(self.limits),
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"], "add": list(self.capabilities)},
                        "readOnlyRootFilesystem": not self.root,
                    },
                    "volumeMounts": mounts,
                }
            ],
            "volumes": volumes,
        }


def job_of(pod: JobPod, pull_secrets: Sequence[Mapping[str, str]], seconds: int) -> Object:
    """A Job that ends by itself, also when this program has ended before it."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": pod.name, "namespace": NAMESPACE, "labels": LABELS},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": seconds + int(_IMAGE_SECONDS),
            "ttlSecondsAfterFinished": 300,
            "template": {"metadata": {"labels": {**LABELS, **pod.labels}}, "spec": pod.spec(pull_secrets)},
        },
    }


def run_job(namespace: RunNamespace, pod: JobPod, seconds: int) -> JobResult:
    """Start it, wait for its end and delete it. `NotStartedError` where it does not start.

    `seconds`: the longest that its container may run.
    """
    with _job(namespace, pod, seconds):
        return _ended(namespace, pod.name, seconds)


@contextmanager
def running_job(namespace: RunNamespace, pod: JobPod, seconds: int) -> Generator[str]:
    """Start it, give the address of its pod once its container runs, and delete it in the end.

    `NotStartedError` where it does not start, or ends at once.
    """
    with _job(namespace, pod, seconds):
        yield _address(namespace, pod.name)


@contextmanager
def _job(namespace: RunNamespace, pod: JobPod, seconds: int) -> Generator[None]:
    api = namespace.api
    try:
        api.create(_JOBS, job_of(pod, namespace.pull_secrets, seconds))
    except NoAnswerError as error:
        raise NotStartedError(f"its Job was refused: {error}") from error
    try:
        yield
    finally:
        api.delete(f"{_JOBS}/{pod.name}")


def _address(namespace: RunNamespace, name: str) -> str:
    created = time.monotonic()
    while True:
        namespace.renew()
        if pod := _pod_of(namespace, name, time.monotonic() - created):
            status: Object = pod["status"]
            if status.get("phase") in _ENDED:
                result = _result(namespace, pod)
                raise NotStartedError(f"{result.reason or 'ended at once'}: {result.last_words}")
            if _runs(status) and status.get("podIP"):
                return status["podIP"]
        time.sleep(_POLL_SECONDS)


def _pod_of(namespace: RunNamespace, name: str, waited: float) -> Object | None:
    """The pod of a Job, which may still start. `NotStartedError` where it will not."""
    found = namespace.api.items(f"{_PODS}?labelSelector=batch.kubernetes.io%2Fjob-name%3D{name}")
    if found:
        if found[0]["status"].get("phase") not in _ENDED:
            _check_start(found[0], waited)
        return found[0]
    if waited > _START_SECONDS:
        raise NotStartedError(f"its Job created no pod: kubectl -n {NAMESPACE} describe job {name}")
    return None


def _ended(namespace: RunNamespace, name: str, seconds: int) -> JobResult:
    created = time.monotonic()
    started: float | None = None
    while True:
        namespace.renew()
        now = time.monotonic()
        if pod := _pod_of(namespace, name, now - created):
            status: Object = pod["status"]
            if status.get("phase") in _ENDED:
                return _result(namespace, pod)
            started = started or (now if _runs(status) else None)
            if started and now - started > seconds + _GRACE_SECONDS:
                return JobResult(False, _log(namespace, pod), f"ran for more than {seconds} s")
        time.sleep(_POLL_SECONDS)


def _check_start(pod: Object, waited: float) -> None:
    status: Object = pod["status"]
    conditions: list[Object] = status.get("conditions", [])
    unscheduled = next(
        (it for it in conditions if it["type"] == "PodScheduled" and it["status"] != "True"), None
    )
    if unscheduled and waited > _START_SECONDS:
        raise NotStartedError(f"not scheduled: {unscheduled.get('message', unscheduled.get('reason', ''))}")
    for container in status.get("containerStatuses", []):
        waiting: Object = container.get("state", {}).get("waiting") or {}
        if waiting.get("reason") in _NEVER_STARTS:
            raise NotStartedError(f"{waiting['reason']}: {waiting.get('message', container['image'])}")
    if waited > _IMAGE_SECONDS:
        raise NotStartedError(f"its container has not started within {_IMAGE_SECONDS / 60:.0f} min")


def _runs(status: Object) -> bool:
    return any("running" in it.get("state", {}) for it in status.get("containerStatuses", []))


def _result(namespace: RunNamespace, pod: Object) -> JobResult:
    status: Object = pod["status"]
    statuses: list[dict[str, Any]] = status.get("containerStatuses", [])
    ended: dict[str, Any] = (statuses[0]["state"].get("terminated") if statuses else None) or {}
    reason = status.get("reason") or ended.get("reason") or "Failed"
    succeeded = status["phase"] == "Succeeded"
    code = f" with exit code {ended['exitCode']}" if "exitCode" in ended else ""
    return JobResult(succeeded, _log(namespace, pod), "" if succeeded else f"{reason}{code}")


def _log(namespace: RunNamespace, pod: Object) -> str:
    try:
        return namespace.api.text(f"{_PODS}/{pod['metadata']['name']}/log")
    except NoAnswerError as error:
        return f"no log: {error}"
