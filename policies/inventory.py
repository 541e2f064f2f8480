"""All resources of a stack, found by kind and namespace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from policies.field import NotKnownError
from policies.subject import Pod, Resource, pods


class Inventory:
    def __init__(self, resources: Iterable[Resource] = ()) -> None:
        self._found: defaultdict[tuple[str, str], list[Resource]] = defaultdict(list)
        self._makers: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in resources:
            self._add(resource)

    def of(self, kind: str, namespace: str) -> Sequence[Resource]:
        """Resources of a kind in a namespace."""
        return self._found.get((kind, namespace), ())

    def pods(self, namespace: str) -> Iterator[Pod]:
        """Pods, and templates of pods, in a namespace."""
        for resource in self._makers.get(namespace, ()):
            yield from pods(resource)

    def _add(self, resource: Resource) -> None:
        try:
            namespace = resource.namespace
        except NotKnownError:
            return  # no rule asks for an unknown namespace; one that needs the resource finds it missing
        self._found[resource.kind, namespace].append(resource)
        if resource.makes_pods:
            self._makers[namespace].append(resource)
