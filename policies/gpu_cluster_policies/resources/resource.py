"""Subjects of rules: resources, the pods that they create, and their containers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Container as ContainerOf
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.object_kinds import group_of, kind_name
from gpu_cluster_policies.resources.pod_fields import CONTAINERS
from gpu_cluster_policies.resources.pod_templates import POD_KINDS, Found, templates_of
from gpu_cluster_policies.resources.property import Property, UnreadableError, is_list

GPU_TAINTS: Mapping[str, str] = {
    "nvidia.com/": "nvidia.com/gpu",
    "aws.amazon.com/neuron": "aws.amazon.com/neuron",
    "amd.com/gpu": "amd.com/gpu",
}
"""Prefixes of GPU resource names, with the taint key of their nodes."""


_NAMES = ("id", "arn", "name", "bucket", "keyId")

S = TypeVar("S")


@dataclass(frozen=True)
class Resource:
    """A Kubernetes object as it is applied, or a cloud resource with its inputs."""

    kind: str
    """Kubernetes kind, or the Pulumi type of other resources."""

    properties: Mapping[str, Any]
    """The manifest, or the cloud resource's inputs."""

    label: str = ""
    """Name, if the object has none."""

    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Outputs, such as `id` and `arn`."""

    urn: str = ""
    """URN; empty for a resource that no engine has seen."""

    made_of: Mapping[str, Collection[str]] | None = None
    """URNs of the resources that an input depends on, by input. None if unknown."""

    protected: bool = False
    """Whether the engine refuses to delete or replace it."""

    @cached_property
    def address(self) -> str:
        """Name in findings and waivers, such as `Deployment serving/chat`."""
        metadata: Any = self.properties.get("metadata")
        names: Mapping[str, Any] = cast(Any, metadata) if isinstance(metadata, Mapping) else {}
        parts = [names.get("namespace"), names.get("name") or self.label]
        texts = ("(unknown)" if part is UNKNOWN else str(part) for part in parts if part)
        return f"{self.kind} {'/'.join(texts)}"

    @cached_property
    def root(self) -> Property:
        return Property(self.address, "", self.properties)

    @cached_property
    def names(self) -> list[Property]:
        """Names by which the properties of other resources may refer to it."""
        found = ((key, self.outputs.get(key, self.properties.get(key))) for key in _NAMES)
        return [Property(self.address, key, content) for key, content in found if content is not None]

    def at(self, *keys: str) -> Property:
        return self.root.at(*keys)

    def missing(self, name: str) -> Property:
        """A related object that is missing."""
        return Property(self.address, name, None)

    @property
    def name(self) -> str:
        return self.at("metadata", "name").text

    @property
    def namespace(self) -> str:
        return self.at("metadata", "namespace").text or "default"

    @property
    def makes_pods(self) -> bool:
        """Whether its kind may make pods."""
        return self.kind in POD_KINDS

    @cached_property
    def templates(self) -> Found:
        """The pod templates in it."""
        return templates_of(self.kind, self.root)

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """The pods that it is or makes: several where it has several templates."""
        return tuple(Pod(self, template, inline) for template, inline in self.templates.templates)

    @property
    def pod(self) -> Pod | None:
        """The only pod that it is or makes, for kinds with one template."""
        return next(iter(self.pods), None)


def kind_of(resource_type: str, properties: Mapping[str, Any]) -> str:
    """Kubernetes kind, or the Pulumi type of other resources.

    A kind with the name of a built-in one, but of another group, includes its group, as in
    `Job.batch.volcano.sh`.
    """
    kind = properties.get("kind") if resource_type.startswith("kubernetes:") else None
    return kind_name(kind, group_of(properties)) if isinstance(kind, str) else resource_type


def object_of(manifest: Mapping[str, Any], label: str = "") -> Resource:
    """A Kubernetes object as a resource."""
    return Resource(kind_name(manifest["kind"], group_of(manifest)), manifest, label)


@dataclass(frozen=True)
class Pod:
    """A pod, or the template that a workload makes its pods from."""

    resource: Resource
    template: Property
    inline: bool = False
    """Whether the fields of the spec are in the template itself."""

    @cached_property
    def spec(self) -> Property:
        """`UnreadableError` if it is not a map."""
        spec = self.template if self.inline else self.template.at("spec")
        if not isinstance(spec.value, Mapping | None):
            raise UnreadableError(spec, spec.shown, "the spec of a pod")
        return spec

    @cached_property
    def windows(self) -> bool:
        """Whether it selects Windows nodes, for which Linux settings are not allowed."""
        return self.spec.at("os", "name").text == "windows"

    @property
    def labels(self) -> Mapping[str, str]:
        return self.template.at("metadata", "labels").texts()

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Init containers first, as they start. `UnreadableError` where they are no list of containers."""
        spec = self.spec
        return tuple(
            Container(self, field, starts=key == "initContainers", ephemeral=key == "ephemeralContainers")
            for key in CONTAINERS
            for field in _listed(spec.at(key))
        )

    @cached_property
    def gpu_resources(self) -> frozenset[str]:
        """Names of the GPU resources that its containers ask for."""
        return frozenset(name for container in self.containers for name in container.gpu_resources)


def _listed(containers: Property) -> Iterator[Property]:
    """The containers of a list, which have to be maps."""
    if not is_list(containers.value) and containers.value is not None:
        raise UnreadableError(containers, containers.shown, "a list of containers")
    for container in containers.items():
        if not isinstance(container.value, Mapping):
            raise UnreadableError(container, container.shown, "a container")
        yield container


@dataclass(frozen=True)
class Container:
    pod: Pod
    field: Property
    starts: bool
    """Whether it is an init container."""

    ephemeral: bool = False
    """Whether it is an ephemeral container, for which the API server allows neither resources nor probes."""

    def at(self, *keys: str) -> Property:
        return self.field.at(*keys)

    @cached_property
    def gpu_resources(self) -> list[str]:
        sections = [self.at("resources", section) for section in ("requests", "limits")]
        return [name for section in sections for name, _ in section.entries() if is_gpu(name)]


def is_gpu(resource: str) -> bool:
    """Whether an extended resource is a GPU, a share of a GPU, or another accelerator."""
    return resource.startswith(tuple(GPU_TAINTS))


def _images(pod: Pod) -> Iterator[Property]:
    """Image references of its containers and of its image volumes."""
    for container in pod.containers:
        yield container.at("image")
    for volume in pod.spec.at("volumes").items():
        image = volume.at("image")
        if image.value is not None:
            yield image.at("reference")


@dataclass(frozen=True)
class Subjects(Generic[S]):
    """Subjects of a rule among resources of some kinds; it is asked about no others.

    gpu_nodes = subjects("Node")(lambda node: (node,))
    """

    kinds: ContainerOf[str]
    _pick: Callable[[Resource], Iterable[S]]

    def __call__(self, resource: Resource) -> Iterable[S]:
        return self._pick(resource) if resource.kind in self.kinds else ()


def subjects(*kinds: str) -> Callable[[Callable[[Resource], Iterable[S]]], Subjects[S]]:
    """Make of a function that picks subjects from a resource one that is only asked about these kinds."""
    return lambda pick: Subjects(frozenset(kinds), pick)


def each(*kinds: str) -> Subjects[Resource]:
    """Resources of these kinds themselves."""
    return Subjects(frozenset(kinds), lambda resource: (resource,))


pods: Subjects[Pod] = Subjects(POD_KINDS, lambda resource: resource.pods)
"""Pods, and templates that workloads make their pods from."""

containers: Subjects[Container] = Subjects(
    POD_KINDS, lambda resource: (container for pod in resource.pods for container in pod.containers)
)
"""Containers of every pod."""

images: Subjects[Property] = Subjects(
    POD_KINDS,
    lambda resource: (
        *resource.templates.images,
        *(image for pod in resource.pods for image in _images(pod)),
    ),
)
"""References of images, of containers and of volumes."""
