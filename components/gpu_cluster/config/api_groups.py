"""API groups: those of Kubernetes itself, and resources of others."""

from typing import Annotated

from pydantic import AfterValidator

from gpu_cluster.config.pattern import Pattern

BUILT_IN_GROUPS = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)
"""API groups of kube-apiserver 1.35, but for the core group."""


def _is_custom(resource: str) -> str:
    group = resource.partition(".")[2]
    if group in BUILT_IN_GROUPS:
        raise ValueError(f"expected a custom resource; {group} is a group of Kubernetes itself")
    return resource


CustomResource = Annotated[
    str,
    Pattern(
        r"[a-z][a-z0-9]*(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?){2,}",
        "the plural and group of a custom resource, such as trainjobs.trainer.kubeflow.org",
    ),
    AfterValidator(_is_custom),
]
