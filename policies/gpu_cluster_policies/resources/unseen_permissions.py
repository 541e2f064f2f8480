"""Permissions of cluster roles whose effect depends on what is installed, so no rule judges them."""

from __future__ import annotations

from collections.abc import Mapping

from gpu_cluster_policies.resources.resource import Resource

_CREATE = frozenset(("create", "*"))
_WRITE = frozenset(("create", "patch", "update", "*"))
_CHANGE = frozenset(("patch", "update", "*"))
_WORKLOADS = frozenset(
    (
        "apps.kruise.io",
        "argoproj.io",
        "batch.volcano.sh",
        "jobset.x-k8s.io",
        "kubeflow.org",
        "leaderworkerset.x-k8s.io",
        "machinelearning.seldon.io",
        "ray.io",
        "serving.knative.dev",
        "serving.kserve.io",
        "sparkoperator.k8s.io",
        "tekton.dev",
        "trainer.kubeflow.org",
        "workload.codeflare.dev",
    )
)
"""API groups whose objects become pods, with any ServiceAccount of their namespace."""

_EFFECTS: Mapping[tuple[str, str], str] = {
    ("", "nodes"): "taints and labels decide which pods run on a node",
    ("", "nodes/status"): "the status decides which pods run on a node",
    ("", "endpoints"): "traffic of Services goes to these addresses",
    ("discovery.k8s.io", "endpointslices"): "traffic of Services goes to these addresses",
}


def unseen_permission(role: Resource) -> str:
    """Why a ClusterRole may allow more than rules see; empty if it does not."""
    for allowed in role.at("rules").items():
        groups = {item.text for item in allowed.at("apiGroups").items()}
        verbs = {item.text for item in allowed.at("verbs").items()}
        if groups & _WORKLOADS and verbs & _CREATE:
            group = min(groups & _WORKLOADS)
            return f"{allowed.path} creates objects of {group} in every namespace, which become pods"
        for item in allowed.at("resources").items():
            for (group, name), why in _EFFECTS.items():
                wanted = _CHANGE if name.startswith("nodes") else _WRITE
                if item.text == name and group in groups and verbs & wanted:
                    return f"{allowed.path} changes {name}: {why}"
    return ""
