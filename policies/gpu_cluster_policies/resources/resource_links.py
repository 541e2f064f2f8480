"""Links between resources, such as from a public access block to its bucket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.property import NotKnownError, Property
from gpu_cluster_policies.resources.resource import Resource


@dataclass(frozen=True)
class ResourceLink:
    """A property by which resources of some kinds speak of one of another, or of several.

    block = ResourceLink(frozenset({"aws:s3/bucketPublicAccessBlock:…"}), ("bucket",), BUCKETS)
    [blocking] = inventory.linked(bucket, block)
    [bucket] = inventory.targets(blocking, block)
    """

    of: frozenset[str]
    key: tuple[str, ...]
    """Path of the property, such as `("vpcConfig", "subnetIds")`."""

    to: frozenset[str]


@dataclass
class _Linked:
    certain: defaultdict[int, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    """Linking resources by identity of the linked one."""

    doubtful: list[NotKnownError] = field(default_factory=list[NotKnownError])
    """Reason why further links are unknown."""


class _Named(dict[str, Resource]):
    """Resources by everything that they may be called."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        super().__init__()
        self.nameless: list[Property] = []
        for resource in resources:
            self.nameless += (name for name in resource.names if name.content is UNKNOWN)
            self.update((name.text, resource) for name in resource.names if name.content is not UNKNOWN)
            if not resource.names:
                self.nameless.append(resource.missing("id"))


class Links:
    """Links between the resources of one stack; each link of each resource is followed once.

    A known value refers to the resource with this id, ARN or name. An unknown value, as in a preview, refers
    to the resource whose output it comes from, if the engine reports it.
    """

    def __init__(self, by_kind: Mapping[str, Sequence[Resource]]) -> None:
        self._by_kind = by_kind
        self._by_urn = {resource.urn: resource for found in by_kind.values() for resource in found}
        self._named: dict[frozenset[str], _Named] = {}
        self._found: dict[ResourceLink, _Linked] = {}

    def targets(self, resource: Resource, link: ResourceLink) -> list[Resource]:
        """Resources that the link's property refers to. `NotKnownError` where that is not known."""
        place = resource.at(*link.key)
        origins = self._origins(resource, link)
        if place.content is UNKNOWN:
            return _only(origins, place)
        elements = list(place.items())
        if not elements:
            return self._target(place, resource, link, origins)
        return self._each_target(elements, resource, link, origins)

    def linked(self, target: Resource, link: ResourceLink) -> Sequence[Resource]:
        """Resources whose property refers to this one.

        `NotKnownError` if none does, but a resource with an unknown property might.
        """
        found = self._follow(link)
        if id(target) not in found.certain and found.doubtful:
            raise found.doubtful[0]
        return found.certain.get(id(target), ())

    def all_linked(self, target: Resource, link: ResourceLink) -> Sequence[Resource]:
        """Same as `linked`; also `NotKnownError` if further resources with unknown properties might refer to
        it."""
        found = self._follow(link)
        if found.doubtful:
            raise found.doubtful[0]
        return found.certain.get(id(target), ())

    def made_of(self, resource: Resource, key: str, kinds: frozenset[str]) -> bool:
        """Whether an input is known to come only from outputs of these types."""
        origins = [self._by_urn.get(urn) for urn in (resource.made_of or {}).get(key, ())]
        return bool(origins) and all(origin and origin.kind in kinds for origin in origins)

    def _follow(self, link: ResourceLink) -> _Linked:
        if link in self._found:
            return self._found[link]
        linked = self._found[link] = _Linked()
        for kind in link.of:
            for resource in self._by_kind.get(kind, ()):
                try:
                    for target in self.targets(resource, link):
                        linked.certain[id(target)].append(resource)
                except NotKnownError as error:
                    linked.doubtful.append(error)
        return linked

    def _target(
        self, value: Property, resource: Resource, link: ResourceLink, origins: Sequence[Resource]
    ) -> list[Resource]:
        if not value.text:
            return []
        if target := self._names(link.to).get(value.text):
            return [target]
        if origins:
            return _only(origins, value)
        self._nobody_else(resource, link)
        return []

    def _each_target(
        self,
        elements: Sequence[Property],
        resource: Resource,
        link: ResourceLink,
        origins: Sequence[Resource],
    ) -> list[Resource]:
        names = self._names(link.to)
        known = [element for element in elements if element.content is not UNKNOWN]
        found = [names[element.text] for element in known if element.text in names]
        rest = [origin for origin in origins if origin not in found]
        if len(elements) - len(found) == len(rest):
            return [*found, *rest]  # each of the others is one of the outputs that none of these is
        if len(known) < len(elements):
            raise NotKnownError(next(element for element in elements if element.content is UNKNOWN))
        if len(found) < len(elements):
            self._nobody_else(resource, link)
        return found

    def _origins(self, resource: Resource, link: ResourceLink) -> list[Resource]:
        """Resources of the linked types whose outputs the property uses."""
        made_of = (resource.made_of or {}).get(link.key[0], ())
        found = (self._by_urn.get(urn) for urn in made_of)
        return [origin for origin in found if origin and origin.kind in link.to]

    def _nobody_else(self, resource: Resource, link: ResourceLink) -> None:
        """Fail where a value that names no resource may be the name of one whose name is not known."""
        nameless = self._names(link.to).nameless
        if resource.made_of is None and nameless:
            raise NotKnownError(nameless[0])

    def _names(self, kinds: frozenset[str]) -> _Named:
        if kinds not in self._named:
            self._named[kinds] = _Named(r for kind in kinds for r in self._by_kind.get(kind, ()))
        return self._named[kinds]


def _only(origins: Sequence[Resource], value: Property) -> list[Resource]:
    if len(origins) != 1:
        raise NotKnownError(value)
    return list(origins)
