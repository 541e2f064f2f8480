"""Which changes of inputs a provider makes by a new resource in the place of the old one."""

from collections.abc import Iterable, Mapping
from typing import Any

Inputs = Mapping[str, Any]

_OBJECT = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
_SELECTED = ("spec.selector",)
_BOUND = ("roleRef",)
_KUBERNETES: Mapping[str, tuple[str, ...]] = {
    "apps/v1:DaemonSet": _SELECTED,
    "apps/v1:Deployment": _SELECTED,
    "apps/v1:StatefulSet": (
        *_SELECTED,
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ),
    "batch/v1:Job": (*_SELECTED, "spec.completions", "spec.parallelism", "spec.template"),
    "core/v1:PersistentVolume": ("spec.csi", "spec.hostPath", "spec.local", "spec.nfs"),
    "core/v1:PersistentVolumeClaim": (
        "spec.accessModes",
        "spec.resources",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeName",
    ),
    "core/v1:ResourceQuota": ("spec.scopes",),
    "core/v1:Secret": ("type",),
    "core/v1:Service": ("spec.clusterIP",),
    "rbac.authorization.k8s.io/v1:ClusterRoleBinding": _BOUND,
    "rbac.authorization.k8s.io/v1:RoleBinding": _BOUND,
    "storage.k8s.io/v1:StorageClass": ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
}
"""Paths for which the Kubernetes provider 4.25.0 replaces an object (its diff.go, of 2026-01-15), and those
of a storage class that the API server never changes. ConfigMaps and Secrets change in place here.
https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/provider/diff.go"""

_PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "pulumi:providers:aws": ("region",),
    "pulumi:providers:kubernetes": ("clusterIdentifier",),
}
"""Settings of a provider that say what it is about; with another one all of its resources are others."""


def forced(type: str, old: Inputs, new: Inputs) -> list[str]:
    """Paths of the changed inputs for which the resource is replaced. Of a type that nobody knows, all."""
    if type.startswith("kubernetes:"):
        paths = (*_OBJECT, *_KUBERNETES.get(type.removeprefix("kubernetes:"), ()))
        return _changed(paths, old, new)
    if type in _PROVIDERS:
        return _changed(_PROVIDERS[type], old, new)
    if type.startswith("gpu-cluster:"):
        return []  # a component is nothing but its children
    return _forced_by_aws(type, old, new)


def renewed(type: str) -> frozenset[str]:
    """Outputs that an update in place may change."""
    from rehearsal.aws.services import kinds  # loads the service models of AWS: a second

    kind = kinds().get(type)
    return kind.renewed if kind else frozenset()


def _forced_by_aws(type: str, old: Inputs, new: Inputs) -> list[str]:
    from rehearsal.aws.differences import differences
    from rehearsal.aws.services import kinds

    kind = kinds().get(type)
    changed = differences(old, new, kind.documents if kind else ())
    if kind is None:
        return changed
    replaced = set(kind.replaces(old, new)) if kind.replaces else set[str]()
    return [name for name in changed if name in replaced or not kind.updatable(name)]


def _changed(paths: Iterable[str], old: Inputs, new: Inputs) -> list[str]:
    return [path for path in paths if _at(path, old) != _at(path, new)]


def _at(path: str, inputs: Inputs) -> Any:
    value: Any = inputs
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return value  # pyright: ignore[reportUnknownVariableType]
