"""What rules look at: resources, the pods that they make, and the containers of those."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.field import Field

_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where each kind keeps the pod that it makes."""

GPU_TAINTS: Mapping[str, str] = {
    "nvidia.com/": "nvidia.com/gpu",
    "aws.amazon.com/neuron": "aws.amazon.com/neuron",
    "amd.com/gpu": "amd.com/gpu",
}
"""How names of GPU resources begin, and the key of the taint of nodes that offer them."""


_NAMES = ("id", "arn", "name", "bucket", "keyId")

S = TypeVar("S")


@dataclass(frozen=True)
class Resource:
    """A Kubernetes object as it is applied, or a cloud resource with its inputs."""

    kind: str
    """Kubernetes kind, or the Pulumi type of what is no Kubernetes object."""

    properties: Mapping[str, Any]
    """The manifest, or the cloud resource's inputs."""

    label: str = ""
    """What to call it where it carries no name of its own."""

    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the cloud says of it, such as `id` and `arn`."""

    urn: str = ""
    """What the engine calls it; empty for what no engine has seen."""

    made_of: Mapping[str, Collection[str]] | None = None
    """By input, the URNs of the resources whose outputs its value was made of. None where nobody tells."""

    protected: bool = False
    """Whether the engine refuses to delete or replace it."""

    @cached_property
    def address(self) -> str:
        """What findings and waivers call it, such as `Deployment serving/chat`."""
        metadata: Any = self.properties.get("metadata")
        names: Mapping[str, Any] = cast(Any, metadata) if isinstance(metadata, Mapping) else {}
        parts = [names.get("namespace"), names.get("name") or self.label]
        return f"{self.kind} {'/'.join('(unknown)' if part is UNKNOWN else part for part in parts if part)}"

    @cached_property
    def root(self) -> Field:
        return Field(self.address, "", self.properties)

    @cached_property
    def names(self) -> list[Field]:
        """What the properties of other resources may call it."""
        found = ((key, self.outputs.get(key, self.properties.get(key))) for key in _NAMES)
        return [Field(self.address, key, content) for key, content in found if content is not None]

    def at(self, *keys: str) -> Field:
        return self.root.at(*keys)

    def lacks(self, name: str) -> Field:
        """Something that belongs beside it and is not there."""
        return Field(self.address, name, None)

    @property
    def name(self) -> str:
        return self.at("metadata", "name").text

    @property
    def namespace(self) -> str:
        return self.at("metadata", "namespace").text or "default"

    @property
    def makes_pods(self) -> bool:
        return self.kind in _TEMPLATES

    @cached_property
    def pod(self) -> Pod | None:
        """The pod that it is or makes."""
        return Pod(self, self.at(*_TEMPLATES[self.kind])) if self.makes_pods else None


def kind_of(resource_type: str, properties: Mapping[str, Any]) -> str:
    """The Kubernetes kind, or the Pulumi type of what is no Kubernetes object."""
    kind = properties.get("kind") if resource_type.startswith("kubernetes:") else None
    return kind if isinstance(kind, str) else resource_type


@dataclass(frozen=True)
class Pod:
    """A pod, or the template that a workload makes its pods from."""

    resource: Resource
    template: Field

    @property
    def spec(self) -> Field:
        return self.template.at("spec")

    @property
    def labels(self) -> Mapping[str, str]:
        return self.template.at("metadata", "labels").texts()

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Init containers first, as they start."""
        return tuple(
            Container(self, field, starts=key == "initContainers")
            for key in ("initContainers", "containers")
            for field in self.spec.at(key).items()
        )

    @cached_property
    def gpu_resources(self) -> frozenset[str]:
        """Names of the GPU resources that its containers ask for."""
        return frozenset(name for container in self.containers for name in container.gpu_resources)


@dataclass(frozen=True)
class Container:
    pod: Pod
    field: Field
    starts: bool
    """Whether it is an init container."""

    def at(self, *keys: str) -> Field:
        return self.field.at(*keys)

    def inherited(self, key: str) -> Field:
        """A setting of the security context that the pod sets for containers which do not."""
        own = self.at("securityContext", key)
        return own if own.value is not None else self.pod.spec.at("securityContext", key)

    @property
    def gpu_resources(self) -> list[str]:
        sections = [self.at("resources", section) for section in ("requests", "limits")]
        return [name for section in sections for name, _ in section.entries() if is_gpu(name)]


def is_gpu(resource: str) -> bool:
    """Whether an extended resource is a GPU, a share of one, or another accelerator."""
    return resource.startswith(tuple(GPU_TAINTS))


@dataclass(frozen=True)
class Subjects(Generic[S]):
    """What a rule judges of resources of some kinds; it is asked about no others.

    gpu_nodes = subjects("Node")(lambda node: (node,))
    """

    kinds: frozenset[str]
    _pick: Callable[[Resource], Iterable[S]]

    def __call__(self, resource: Resource) -> Iterable[S]:
        return self._pick(resource) if resource.kind in self.kinds else ()


def subjects(*kinds: str) -> Callable[[Callable[[Resource], Iterable[S]]], Subjects[S]]:
    """Make of a function that picks subjects from a resource one that is only asked about these kinds."""
    return lambda pick: Subjects(frozenset(kinds), pick)


def each(*kinds: str) -> Subjects[Resource]:
    """Resources of these kinds themselves."""
    return Subjects(frozenset(kinds), lambda resource: (resource,))


@subjects(*_TEMPLATES)
def pods(resource: Resource) -> Iterator[Pod]:
    if resource.pod:
        yield resource.pod


@subjects(*_TEMPLATES)
def containers(resource: Resource) -> Iterable[Container]:
    return resource.pod.containers if resource.pod else ()
