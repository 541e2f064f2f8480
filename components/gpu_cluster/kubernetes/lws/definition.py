"""CustomResourceDefinition of LeaderWorkerSet, with the fields that the controller reads.

The publisher's definition lists every field of a pod template, 1.2 MB in total. Here a template is any
object: the validating webhook checks it, and the API server when the controller creates StatefulSets from it.
Source: api/leaderworkerset/v1/leaderworkerset_types.go of kubernetes-sigs/lws v0.7.0, 2026-11-29.
"""

from typing import Any

GROUP, PLURAL, KIND = "leaderworkerset.x-k8s.io", "leaderworkersets", "LeaderWorkerSet"

_TEMPLATE = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
_CONDITION = {
    "type": "object",
    "required": ["lastTransitionTime", "message", "reason", "status", "type"],
    "properties": {
        "lastTransitionTime": {"type": "string", "format": "date-time"},
        "message": {"type": "string"},
        "observedGeneration": {"type": "integer", "format": "int64", "minimum": 0},
        "reason": {"type": "string"},
        "status": {"type": "string", "enum": ["True", "False", "Unknown"]},
        "type": {"type": "string"},
    },
}


def _count(default: int | None = None) -> dict[str, Any]:
    return {"type": "integer", "format": "int32"} | ({} if default is None else {"default": default})


def _share(default: int) -> dict[str, Any]:
    return {
        "anyOf": [{"type": "integer"}, {"type": "string"}],
        "x-kubernetes-int-or-string": True,
        "default": default,
    }


def _word(*words: str, default: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words), "default": default}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties} | ({"required": list(required)} if required else {})


_ROLLING = _object({"partition": _count(0), "maxUnavailable": _share(1), "maxSurge": _share(0)})
_SUBGROUPS = _object(
    {
        "subGroupPolicyType": _word("LeaderWorker", "LeaderExcluded", default="LeaderWorker"),
        "subGroupSize": _count(),
    }
)
_GROUP = _object(
    {
        "leaderTemplate": _TEMPLATE,
        "workerTemplate": _TEMPLATE,
        "size": _count(1),
        "restartPolicy": _word(
            "Default", "RecreateGroupOnPodRestart", "None", default="RecreateGroupOnPodRestart"
        ),
        "subGroupPolicy": _SUBGROUPS,
    },
    "workerTemplate",
)
_SPEC = _object(
    {
        "replicas": _count(1),
        "leaderWorkerTemplate": _GROUP,
        "rolloutStrategy": _object(
            {"type": _word("RollingUpdate", default="RollingUpdate"), "rollingUpdateConfiguration": _ROLLING},
            "type",
        ),
        "startupPolicy": _word("LeaderCreated", "LeaderReady", default="LeaderCreated"),
        "networkConfig": _object(
            {"subdomainPolicy": {"type": "string", "enum": ["Shared", "UniquePerReplica"]}}, "subdomainPolicy"
        ),
    },
    "leaderWorkerTemplate",
)
_STATUS = _object(
    {
        "conditions": {"type": "array", "items": _CONDITION},
        "readyReplicas": _count(),
        "updatedReplicas": _count(),
        "replicas": _count(),
        "hpaPodSelector": {"type": "string"},
    }
)


def definition() -> dict[str, Any]:
    """Spec of the CustomResourceDefinition, with the scale subresource by which autoscalers add groups."""
    schema = _object(
        {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": _SPEC,
            "status": _STATUS,
        }
    )
    return {
        "group": GROUP,
        "scope": "Namespaced",
        "names": {
            "kind": KIND,
            "listKind": f"{KIND}List",
            "plural": PLURAL,
            "shortNames": ["lws"],
            "singular": "leaderworkerset",
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": schema},
                "subresources": {
                    "status": {},
                    "scale": {
                        "specReplicasPath": ".spec.replicas",
                        "statusReplicasPath": ".status.replicas",
                        "labelSelectorPath": ".status.hpaPodSelector",
                    },
                },
            }
        ],
    }
