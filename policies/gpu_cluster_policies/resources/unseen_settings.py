"""Settings of custom objects that rules do not see: what their operators make of them is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from gpu_cluster.catalog.kubernetes_kinds import BUILT_IN_KINDS
from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.pod_fields import OF_PODS
from gpu_cluster_policies.resources.property import Property, is_list

_IMAGE_KEY = re.compile(
    r"(?:[\w.-]+\.)?(?:image|[a-z]\w*Image|(?:image|containerImage)(?:Name|Ref|Repository)?)"
)
_NO_IMAGE_OF_CONTAINERS = frozenset({"diskImage", "machineImage", "osImage"})
_IMAGE_PARTS = frozenset({"name", "registry", "repository"})
_JUDGED_AS_PODS = frozenset({"Job", "PersistentVolumeClaim", "Pod", "PodTemplate"})
"""Kinds of Kubernetes that rules judge by their pod templates alone, or not at all."""

_CONTAINERS_TEXT = re.compile(r"\b(?:initContainers|containers)[\"']?[ \t]*:")
_IMAGE_TEXT = re.compile(r"\bimage[\"']?[ \t]*:")
_VERSION_TEXT = re.compile(r"\bapiVersion[\"']?[ \t]*:")
_KIND_TEXT = re.compile(r"\bkind[\"']?[ \t]*:")
_DOWNLOADS = re.compile(
    r"\b(?:working_dir|py_modules|pip|uv|conda)[\"']?[ \t]*:[^\n]*\b(?:https?|gs|s3)://|git\+https?://"
)
"""Code in a runtime environment of Ray that its pods download."""

_SPARK = "spark.kubernetes."
_SPARK_VOLUMES = ".volumes."
_LOCAL_ONLY = {
    "InferenceService": "networking.kserve.io/visibility",
    "Service.serving.knative.dev": "networking.knative.dev/visibility",
}
"""Label with which an operator that exposes its Services keeps one in the cluster.

Source: knative.dev/docs/serving/services/private-services; kserve/kserve pkg/constants; 2026-11-30.
"""

_OF_MODELS = re.compile(r"(?:^|\.)(?:model|storageUris\[\d+\]|adapters\[\d+\])$")
_MODELS = ("modelUri", "storageUri")
_EXPOSED = ("LoadBalancer", "NodePort")


def unseen_setting(field: Property, known: frozenset[str]) -> str:
    """Why a map in a custom object may create what rules do not see; empty if it does not.

    `known`: keys that set up a pod which rules see.
    """
    content: Any = field.content
    if isinstance(content, str):
        return _in_text(field.path, content)
    if not isinstance(content, Mapping):
        return ""
    given = cast(Mapping[str, Any], content)
    if key := _image_in(given):
        path = field.path if key == "image" else field.at(key).path
        return f"{path} has a container image outside of a pod template"
    if key := _sets_up(given, known):
        return f"{field.at(key).path} is outside of a pod template"
    if field.path and (kind := _object_in(given)):
        return f"{field.path} is an object of kind {kind}, of which rules only see pods"
    if _grants(given):
        return f"{field.path} has permissions of a role"
    for key in given:
        if key.startswith(_SPARK) and _SPARK_VOLUMES in key:
            return f"{field.at(key).path} mounts a volume outside of a pod template"
    if given.get("enableIngress") is True:
        return f"{field.path}.enableIngress creates an Ingress"
    return ""


def unseen_exposure(kind: str, root: Property) -> str:
    """Why an operator may expose the object outside of the cluster; empty if it does not."""
    label = _LOCAL_ONLY.get(kind)
    if label and root.at("metadata", "labels", label).text != "cluster-local":
        return f"its operator may expose it, because it has no label {label}: cluster-local"
    return ""


def model_addresses(field: Property) -> Iterator[Property]:
    """Addresses of models: `storageUri` of KServe, `modelUri` of Seldon, and `uri` of a model of KServe."""
    content: Any = field.content
    if not isinstance(content, Mapping):
        return
    given = cast(Mapping[str, Any], content)
    for key in _MODELS:
        if given.get(key) is not None and not field.path.endswith("dataset"):
            yield field.at(key)
    if "uri" in given and _OF_MODELS.search(field.path):
        yield field.at("uri")


def has_image(field: Property) -> bool:
    """Whether it may be a container."""
    content: Any = field.content
    if not isinstance(content, Mapping):
        return False
    image: Any = cast(Mapping[str, Any], content).get("image")
    return image is UNKNOWN or (isinstance(image, str) and bool(image))


def holds_pod(text: str) -> bool:
    """Whether a text looks like YAML or JSON of a pod."""
    containers = _CONTAINERS_TEXT.search(text)
    return bool(containers and _IMAGE_TEXT.search(text, containers.end()))


def service_type(field: Property) -> Property | None:
    """The type of a Service that an operator creates, if clients outside of the cluster reach it."""
    content: Any = field.content
    if not isinstance(content, Mapping):
        return None
    for key in ("serviceType", "type"):
        if cast(Mapping[str, Any], content).get(key) in _EXPOSED:
            return field.at(key)
    return None


def _in_text(path: str, text: str) -> str:
    if holds_pod(text):
        return f"{path} holds a pod as text"
    if _DOWNLOADS.search(text):
        return f"{path} has code that pods download"
    if _VERSION_TEXT.search(text) and _KIND_TEXT.search(text):
        return f"{path} holds an object as text"
    return ""


def _image_in(given: Mapping[str, Any]) -> str:
    """The key of a container image: `image`, `sidecarImage`, `imageName`, or a map of its parts."""
    for key, value in given.items():
        if not _IMAGE_KEY.fullmatch(key) or key in _NO_IMAGE_OF_CONTAINERS:
            continue
        if value is UNKNOWN or (isinstance(value, str) and value):
            return key
        if isinstance(value, Mapping) and _IMAGE_PARTS & cast(Mapping[str, Any], value).keys():
            return key
    return ""


def _sets_up(given: Mapping[str, Any], known: frozenset[str]) -> str:
    """The first key that sets up a pod, other than the known ones; empty if there is none."""
    return min(
        (key for key in given if key in OF_PODS and key not in known and _is_set(given[key])), default=""
    )


def _is_set(value: Any) -> bool:
    return value is not UNKNOWN and bool(value)


def _object_in(given: Mapping[str, Any]) -> str:
    """Kind of an object, not of a reference to one; empty if it is none."""
    kind = given.get("kind")
    if not isinstance(kind, str) or not isinstance(given.get("apiVersion"), str):
        return ""
    whole = isinstance(given.get("metadata"), Mapping) or any(
        kind in kinds for kinds in BUILT_IN_KINDS.values()
    )
    whole = whole and any(isinstance(value, Mapping) or is_list(value) for value in given.values())
    return kind if whole and kind not in _JUDGED_AS_PODS else ""


def _grants(given: Mapping[str, Any]) -> bool:
    """Whether it is a rule of an RBAC role."""
    return is_list(given.get("verbs")) and any(
        is_list(given.get(key)) for key in ("apiGroups", "nonResourceURLs", "resources")
    )
