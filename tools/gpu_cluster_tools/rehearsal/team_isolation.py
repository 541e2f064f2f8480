"""Pods of teams that a cluster must accept, and pods that it must refuse: tested by dry runs."""

import json
from collections.abc import Iterator, Mapping

from httpx2 import HTTPStatusError

from gpu_cluster.capacity import Pool, share_of
from gpu_cluster.catalog.device_variables import VISIBLE_DEVICES
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object

USER = 2000
"""User of pods that share GPUs by MPS, which serves one user at a time."""

CLASS_PREFIX = "gpu-"
"""Prefix of the priority classes by which quotas count pods of a pool."""

_ESCAPES: Mapping[str, Object] = {
    f"a pod may set {VISIBLE_DEVICES} to all and access every GPU of its node": {
        "env": [{"name": VISIBLE_DEVICES, "value": "all"}]
    },
    f"a pod may set {VISIBLE_DEVICES} with envFrom from a ConfigMap and access every GPU of its node": {
        "envFrom": [{"configMapRef": {"name": "any", "optional": True}}]
    },
}


def escapes(api: DynamicClient, stack: Stack, pools: Mapping[str, Pool]) -> Iterator[str]:
    """Pods within a grant that are refused, and pods beyond it that are not, in words."""
    for team, settings in stack.teams.items():
        namespace = settings.namespace or team
        for pool, granted in share_of(settings.with_borrowed, pools).gpus.items():
            for resource in granted:
                words = f"team {team}, pool {pool}"
                pod = _pod(pools[pool], resource)
                if refusal := _refusal(api, namespace, pod):
                    yield f"{words}: a pod with one {resource} is refused: {refusal}"
                    continue
                for escape, more in _ESCAPES.items():
                    if _refusal(api, namespace, _pod(pools[pool], resource, more)) is None:
                        yield f"{words}: {escape}"
                break  # other profiles of the pool are hardly another way


def _pod(pool: Pool, resource: str, more: Object | None = None) -> Object:
    """One GPU, or one part of one, as Pod Security, quotas and the grant ask for it."""
    limits = {"cpu": "100m", "memory": "64Mi", resource: "1"}
    secure = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    container = {
        "name": "probe",
        "image": "probe",
        "resources": {"requests": limits, "limits": limits},
        "securityContext": secure,
        **(more or {}),
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "probe-"},
        "spec": {
            "containers": [container],
            "nodeSelector": dict(pool.selector),
            "tolerations": list(pool.tolerations),
            "priorityClassName": f"{CLASS_PREFIX}{pool.name}",
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        },
    }


def _refusal(api: DynamicClient, namespace: str, pod: Object) -> str | None:
    """Error of the API server; None if it accepts the pod."""
    try:
        api.create(f"/api/v1/namespaces/{namespace}/pods?dryRun=All", pod)
    except HTTPStatusError as error:
        return _message(error)
    return None


def _message(error: HTTPStatusError) -> str:
    try:
        return json.loads(error.response.text)["message"]
    except (ValueError, KeyError):
        return error.response.text
