"""Pod templates of Kubernetes objects: a table of known kinds, and a walk through every other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources import envoy_proxy
from gpu_cluster_policies.resources.object_kinds import is_known
from gpu_cluster_policies.resources.pod_fields import CONTAINER, CONTAINERS, POD_SPEC
from gpu_cluster_policies.resources.property import Property, UnreadableError, is_list
from gpu_cluster_policies.resources.unseen_settings import (
    has_image,
    model_addresses,
    service_type,
    unseen_exposure,
    unseen_setting,
)

_ABOUT = ("metadata", "status")
_ITEMS = "#"  # each item of a list
_VALUES = "*"  # each value of a map

_BUILT_IN: Mapping[str, str] = {
    "Pod": "",
    "Deployment": "spec.template",
    "StatefulSet": "spec.template",
    "DaemonSet": "spec.template",
    "ReplicaSet": "spec.template",
    "ReplicationController": "spec.template",
    "Job": "spec.template",
    "CronJob": "spec.jobTemplate.spec.template",
    "PodTemplate": "template",
}
"""Path of the pod template by Kubernetes kind."""

_RAY = ("headGroupSpec.template", "workerGroupSpecs.#.template")

_CUSTOM: Mapping[str, tuple[str, ...]] = {
    "RayCluster": tuple(f"spec.{path}" for path in _RAY),
    "RayJob": (*(f"spec.rayClusterSpec.{path}" for path in _RAY), "spec.submitterPodTemplate"),
    "RayCronJob": tuple(f"spec.jobTemplate.rayClusterSpec.{path}" for path in _RAY),
    "RayService": tuple(f"spec.rayClusterConfig.{path}" for path in _RAY),
    "JobSet": ("spec.replicatedJobs.#.template.spec.template",),
    "TrainingRuntime": ("spec.template.spec.replicatedJobs.#.template.spec.template",),
    "ClusterTrainingRuntime": ("spec.template.spec.replicatedJobs.#.template.spec.template",),
    "LeaderWorkerSet": (
        "spec.leaderWorkerTemplate.leaderTemplate",
        "spec.leaderWorkerTemplate.workerTemplate",
    ),
    "MPIJob": ("spec.mpiReplicaSpecs.*.template",),
    "PyTorchJob": ("spec.pytorchReplicaSpecs.*.template",),
    "TFJob": ("spec.tfReplicaSpecs.*.template",),
    "XGBoostJob": ("spec.xgbReplicaSpecs.*.template",),
    "MXJob": ("spec.mxReplicaSpecs.*.template",),
    "PaddleJob": ("spec.paddleReplicaSpecs.*.template",),
    "JAXJob": ("spec.jaxReplicaSpecs.*.template",),
    "Notebook": ("spec.template",),
    "Rollout": ("spec.template",),
    "CloneSet": ("spec.template",),
    "ScaledJob": ("spec.jobTargetRef.template",),
    "DeploymentConfig": ("spec.template",),
    "AutoscalingRunnerSet": ("spec.template",),
    "Sandbox": ("spec.podTemplate",),
    "SandboxTemplate": ("spec.podTemplate",),
    "Job.batch.volcano.sh": ("spec.tasks.#.template",),
    "Service.serving.knative.dev": ("spec.template",),
    "Configuration": ("spec.template",),
    "Revision": ("",),
    "ServingRuntime": ("",),
    "ClusterServingRuntime": ("",),
}
"""Paths of pod templates in custom resources for training, serving and rollouts; a search finds others.

Source: Go types of the projects' main branches, read 2026-11-29: ray-project/kuberay
ray-operator/apis/ray/v1, kubernetes-sigs/jobset api, kubernetes-sigs/lws api/leaderworkerset/v1,
kubeflow/trainer pkg/apis and v1 kubeflow.org/v1, volcano-sh/apis pkg/apis/batch, knative/serving
pkg/apis/serving/v1, kserve/kserve pkg/apis/serving, argoproj/argo-rollouts, kedacore/keda apis/keda.
"""

_WHOLE: Mapping[str, tuple[str, ...]] = {
    "InferenceService": ("spec.predictor", "spec.predictor.workerSpec", "spec.transformer", "spec.explainer"),
    "ClusterServingRuntime": ("spec", "spec.workerSpec"),
    "ServingRuntime": ("spec", "spec.workerSpec"),
}
"""Pod specs with fields of their operator, which adds no container to them, from the same sources."""

_LOADING = ("InferenceService", "LLMInferenceService", "SeldonDeployment")
_AROUND = ("spec", "predictor", "model", "transformer", "explainer", "predictors", "graph")
"""Kinds that load models, and keys around the addresses of these."""

_BESIDE_CONTAINERS = frozenset(
    {"annotations", "labels", "maxReplicas", "metadata", "minReplicas", "name", "replicas"}
)


class Template(NamedTuple):
    """A pod template in an object."""

    field: Property
    """Pod template with `metadata` and `spec`, or the pod spec itself."""

    inline: bool = False
    """Whether the fields of the pod spec are in the template itself, as with KServe."""


class Found(NamedTuple):
    """The pod templates of an object."""

    templates: tuple[Template, ...]

    unseen: str = ""
    """Reason why the object may create pods that rules do not see; empty if there are none."""

    images: tuple[Property, ...] = ()
    """References of images that it sets outside of its templates."""

    services: tuple[Property, ...] = ()
    """Types of Services that its operator exposes outside of the cluster."""

    models: tuple[Property, ...] = ()
    """Addresses from which its operator loads models."""


class PodKinds:
    """Kinds that may create pods: kinds in the tables, and all unknown kinds."""

    def __contains__(self, kind: object) -> bool:
        return isinstance(kind, str) and (kind in _BUILT_IN or (":" not in kind and not is_known(kind)))


POD_KINDS = PodKinds()


def templates_of(kind: str, root: Property) -> Found:
    """Every pod template of an object of this kind.

    `UnreadableError` if a template of a known kind is not a map, or its list not a list.
    """
    if kind in _BUILT_IN:
        return Found((Template(root.at(*_keys(_BUILT_IN[kind]))),))
    if kind not in POD_KINDS:
        return Found(())
    if kind == envoy_proxy.KIND:
        return Found((), envoy_proxy.unseen_in(root), envoy_proxy.images_of(root))
    listed = [template for path in _CUSTOM.get(kind, ()) for template in _at(root, _keys(path))]
    walk = _Walk(listed, _WHOLE.get(kind, ()))
    walk.through(root)
    templates = (*(Template(template) for template in listed), *walk.templates)
    if not templates:
        return Found((), "no pod template found", (), tuple(walk.services), walk.models_of(kind))
    unseen = walk.unseen or unseen_exposure(kind, root)
    return Found(templates, unseen, (), tuple(walk.services), walk.models_of(kind))


def _keys(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()


def _at(field: Property, keys: Sequence[str]) -> Iterator[Property]:
    """Pod templates at these keys; empty if the keys are absent."""
    if keys:
        key, *rest = keys
        inside = _inside(field, key) if key in (_ITEMS, _VALUES) else (field.at(key),)
        for each in inside:
            yield from _at(each, rest)
    elif field.content is UNKNOWN or (field.value is not None and _has_spec(field)):
        yield field


def _inside(field: Property, key: str) -> Iterator[Property]:
    value: Any = field.value
    fits = is_list(value) if key == _ITEMS else isinstance(value, Mapping)
    if value is not None and not fits:
        raise UnreadableError(field, field.shown, "a list" if key == _ITEMS else "a map")
    return field.children()


def _has_spec(field: Property) -> bool:
    if not isinstance(field.value, Mapping):
        raise UnreadableError(field, field.shown, "a pod template")
    return field.at("spec").content is not None


class _Walk:
    """A search for maps that are pod specs, by their containers with images."""

    def __init__(self, listed: Iterable[Property], whole: Iterable[str] = ()) -> None:
        self._whole = frozenset(whole)
        self._seen = {template.at("spec").path for template in listed if template.content is not UNKNOWN}
        self.templates: list[Template] = []
        self.services: list[Property] = []
        self._models: list[Property] = []
        self._unknown: list[Property] = []
        self._unseen = ""
        self._mixed = ""

    @property
    def unseen(self) -> str:
        """Reason why it may create pods that rules do not see; empty if there is none."""
        return self._unseen or self._mixed

    def models_of(self, kind: str) -> tuple[Property, ...]:
        """Addresses of models, and for kinds that load one what is unknown and may hold its address."""
        hidden = [it for it in self._unknown if kind in _LOADING and it.path.rpartition(".")[2] in _AROUND]
        return (*self._models, *hidden)

    def through(self, root: Property) -> None:
        """Search all nested fields, except metadata of the object itself."""
        self._judge(root, frozenset())
        parts = [(value, root) for key, value in root.entries() if key not in _ABOUT]
        ahead: list[tuple[Property, Property]] = parts[::-1]
        while ahead:
            field, parent = ahead.pop()
            if field.content is UNKNOWN:
                self._unknown.append(field)
                self._miss(f"{field.path} is unknown at preview")
                continue
            inside = None
            if field.path in self._seen:
                inside = _beside_pod(field)
            elif _is_pod_spec(field):
                of_template = field.path.rpartition(".")[2] == "spec"
                self.templates.append(Template(parent) if of_template else Template(field, True))
                inside = _beside_pod(field)
                if not of_template or field.path == "spec":
                    self._mixed = self._mixed or self._others(field)
            self._judge(field, POD_SPEC if inside is not None else frozenset())
            ahead += [
                (child, field) for child in reversed(list(field.children()) if inside is None else inside)
            ]

    def _judge(self, field: Property, known: frozenset[str]) -> None:
        """Keep unknown fields that configure a container."""
        if exposed := service_type(field):
            self.services.append(exposed)
        self._models += model_addresses(field)
        if not self._unseen:
            self._miss(unseen_setting(field, known))

    def _others(self, spec: Property) -> str:
        """Reason for the first field of a pod spec that only its operator reads; empty for whole pods."""
        if spec.path in self._whole:
            return ""
        known = POD_SPEC | _BESIDE_CONTAINERS
        added = min((key for key, value in spec.entries() if key not in known and value.content), default="")
        return f"{spec.path} has {added} beside its containers, which may add others" if added else ""

    def _miss(self, why: str) -> None:
        self._unseen = self._unseen or why


def _is_pod_spec(field: Property) -> bool:
    if not isinstance(field.content, Mapping):
        return False
    return any(has_image(item) for key in CONTAINERS for item in _items(field.at(key)))


def _beside_pod(spec: Property) -> list[Property]:
    """Fields in a pod spec, and in its containers, that are none of a pod, and so may hold others."""
    if not isinstance(spec.content, Mapping):
        return []
    containers = (item for key in CONTAINERS for item in _items(spec.at(key)) if item.content is not UNKNOWN)
    found = [field for key, field in spec.entries() if key not in POD_SPEC]
    return found + [field for item in containers for key, field in item.entries() if key not in CONTAINER]


def _items(field: Property) -> Iterable[Property]:
    return () if field.content is UNKNOWN else field.items()
