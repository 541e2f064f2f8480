"""Namespace of a run that starts pods: created for it, renewed during it, and deleted after it.

The next run deletes a namespace that is no longer renewed, since its run was killed.
"""

import time
from typing import Any, Self

from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.registry.pull_secrets import SECRET, pull_secret_of
from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError, Object

NAMESPACE = "gpu-cluster-verify"
LABELS = {"app.kubernetes.io/name": NAMESPACE, "app.kubernetes.io/part-of": "gpu-cluster"}

_PATH = f"/api/v1/namespaces/{NAMESPACE}"
_RENEWED = "gpu-cluster/renewed"
_RENEW_SECONDS = 5.0
_LEFTOVER_SECONDS = 30.0
"""Time without renewal after which a namespace is that of a run that was killed."""

_GONE_SECONDS = 120.0
_LEVEL = "baseline"
"""Pod Security of its pods: DCGM reads the driver as root, without privileges or the node's namespaces."""


class OccupiedError(Exception):
    """Another run has the namespace, or it cannot be removed."""


class RunNamespace:
    """A namespace without traffic, for one run at a time.

    with RunNamespace(api, stack) as namespace:
        run_job(namespace, job, seconds=60)

    `OccupiedError` where another run has it; `ForbiddenError` where this identity may not make one.
    """

    def __init__(self, api: ApiServer, stack: Stack) -> None:
        self.api = api
        self._secret = pull_secret_of(stack)
        self._login_of = stack.serving.namespace if stack.serving.models else "gpu-system"
        self._renewed = 0.0

    @property
    def pull_secrets(self) -> list[dict[str, str]]:
        """Secrets that its pods pull images with."""
        return [{"name": self._secret}] if self._secret else []

    def path(self, version: str, kind: str) -> str:
        """Path of its objects of a kind, such as `secrets` of `v1`."""
        root = "/api" if "/" not in version else "/apis"
        return f"{root}/{version}/namespaces/{NAMESPACE}/{kind}"

    def __enter__(self) -> Self:
        self._remove_leftover()
        levels = {f"pod-security.kubernetes.io/{mode}": _LEVEL for mode in ("enforce", "audit", "warn")}
        self.api.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE, "labels": LABELS | levels}})
        try:
            self._close()
        except BaseException:
            self._remove(wait=False)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """An interrupted run does not wait for the deletion."""
        self._remove(wait=kind is None)

    def renew(self) -> None:
        """Say that the run lasts, every few seconds."""
        now = time.monotonic()
        if now - self._renewed >= _RENEW_SECONDS:
            self._renewed = now
            self.api.merge(_PATH, {"metadata": {"annotations": {_RENEWED: str(time.time())}}})

    def _close(self) -> None:
        """NetworkPolicy without traffic, a service account without permissions, and the login for the mirror,
        if any."""
        account: Object = {"metadata": {"name": NAMESPACE}, "automountServiceAccountToken": False}
        self.api.create(f"{_PATH}/serviceaccounts", account)
        spec: Object = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        policy: Object = {"metadata": {"name": "default-deny"}, "spec": spec}
        self.api.create(f"/apis/networking.k8s.io/v1/namespaces/{NAMESPACE}/networkpolicies", policy)
        if self._secret and (login := self.api.get(f"/api/v1/namespaces/{self._login_of}/secrets/{SECRET}")):
            copied = {"metadata": {"name": SECRET}, "type": login["type"], "data": login["data"]}
            self.api.create(f"{_PATH}/secrets", copied)

    def _remove_leftover(self) -> None:
        seen = _stamp(self.api.get(_PATH))
        if seen is None:
            return
        deadline = time.monotonic() + _LEFTOVER_SECONDS
        while time.monotonic() < deadline:
            stamp = _stamp(self.api.get(_PATH))
            if stamp is None:
                return
            if stamp != seen:
                raise OccupiedError(f"another gpu-cluster verify --jobs uses namespace {NAMESPACE}")
            time.sleep(1)
        self._remove()

    def _remove(self, *, wait: bool = True) -> None:
        """Delete volumes with their claims, also those of classes that retain data."""
        for volume in self.api.items("/api/v1/persistentvolumes") or []:
            if volume["spec"].get("claimRef", Object()).get("namespace") == NAMESPACE:
                self._release(volume["metadata"]["name"])
        self.api.delete(_PATH)
        deadline = time.monotonic() + _GONE_SECONDS
        while wait and self.api.get(_PATH) is not None:
            if time.monotonic() > deadline:
                raise OccupiedError(f"namespace {NAMESPACE} is not deleted after {_GONE_SECONDS:.0f} s")
            time.sleep(0.5)

    def _release(self, volume: str) -> None:
        """Set reclaim policy Delete on the volume of the run, even if its class retains volumes."""
        try:
            body = {"spec": {"persistentVolumeReclaimPolicy": "Delete"}}
            self.api.merge(f"/api/v1/persistentvolumes/{volume}", body)
        except NoAnswerError:  # gone already
            return


def _stamp(namespace: Object | None) -> str | None:
    """Time of the last renewal; None if there is no namespace."""
    if namespace is None:
        return None
    annotations: dict[str, Any] = namespace["metadata"].get("annotations") or {}
    return str(annotations.get(_RENEWED, ""))
