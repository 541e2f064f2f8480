"""Input changes that a provider applies by replacement."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import zip_longest
from typing import Any

from gpu_cluster_tools.review import aws_types

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
"""Provider settings that identify its target; a change replaces all of its resources."""


def replacement_paths(type: str, old: Inputs, new: Inputs) -> list[str]:
    """Paths of the changed inputs for which the resource is replaced. Of an unknown type, all."""
    if type.startswith("kubernetes:"):
        paths = (*_OBJECT, *_KUBERNETES.get(type.removeprefix("kubernetes:"), ()))
        return _changed(paths, old, new)
    if type in _PROVIDERS:
        return _changed(_PROVIDERS[type], old, new)
    if type.startswith("gpu-cluster:"):
        return []  # a component is nothing but its children
    return _forced_by_aws(type, old, new)


def updated_outputs(type: str) -> frozenset[str]:
    """Outputs that an update in place may change."""
    return _RENEWED.get(type, frozenset())


def _forced_by_aws(type: str, old: Inputs, new: Inputs) -> list[str]:
    marks = aws_types.table().get(type)
    changed = sorted(name for name in old.keys() | new.keys() if _differ(old.get(name), new.get(name)))
    if marks is None:
        return changed
    conditional = _CONDITIONAL.get(type)
    also = set(conditional(old, new)) if conditional else set[str]()
    return [
        name
        for name in changed
        if name in also or _replaces(marks.get(name, True), old.get(name), new.get(name))
    ]


def _replaces(marks: aws_types.Marks, old: Any, new: Any) -> bool:
    """Whether a change from one value to another includes a marked property."""
    if isinstance(marks, bool):
        return marks and _differ(old, new)
    if _is_list(old) or _is_list(new):
        return any(_replaces(marks, *pair) for pair in zip_longest(old or (), new or ()))
    before: Inputs = old or {}
    after: Inputs = new or {}
    return any(_replaces(mark, before.get(name), after.get(name)) for name, mark in marks.items())


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _differ(one: Any, other: Any) -> bool:
    return _canonical(one) != _canonical(other)


def _canonical(value: Any) -> Any:
    """AWS answers lists in any order, and JSON in any form."""
    if isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError):
            return _canonical(json.loads(value))
    if isinstance(value, list):
        return sorted(map(_canonical, value), key=repr)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, Mapping):
        return {name: _canonical(part) for name, part in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return value


def _cluster(old: Inputs, new: Inputs) -> Iterator[str]:
    """Secrets can become encrypted, and stay so; a customer's egress never changes back.

    hashicorp/terraform-provider-aws 6.34, internal/service/eks/cluster.go, CustomizeDiff
    """
    if "encryptionConfig" in old and _differ(old["encryptionConfig"], new.get("encryptionConfig")):
        yield "encryptionConfig"
    modes = [each.get("vpcConfig", {}).get("controlPlaneEgressMode", "AWS_MANAGED") for each in (old, new)]
    if modes[0] != "AWS_MANAGED" and modes[0] != modes[1]:
        yield "vpcConfig"


def _lustre(old: Inputs, new: Inputs) -> Iterator[str]:
    """A file system grows, and does not shrink.

    hashicorp/terraform-provider-aws 6.34, internal/service/fsx/lustre_file_system.go, CustomizeDiff
    """
    if new.get("storageCapacity", 0) < old.get("storageCapacity", 0):
        yield "storageCapacity"


_CONDITIONAL: Mapping[str, Callable[[Inputs, Inputs], Iterator[str]]] = {
    "aws:eks/cluster:Cluster": _cluster,
    "aws:fsx/lustreFileSystem:LustreFileSystem": _lustre,
}
"""Replacements that depend on both values, which a schema cannot state."""

_RENEWED = {
    "aws:backup/plan:Plan": frozenset({"version"}),
    "aws:ec2/launchTemplate:LaunchTemplate": frozenset({"defaultVersion", "latestVersion"}),
}


def _changed(paths: Iterable[str], old: Inputs, new: Inputs) -> list[str]:
    return [path for path in paths if _at(path, old) != _at(path, new)]


def _at(path: str, inputs: Inputs) -> Any:
    value: Any = inputs
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return value  # pyright: ignore[reportUnknownVariableType]
