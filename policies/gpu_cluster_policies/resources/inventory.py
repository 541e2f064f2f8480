"""Index of the resources of a stack, by kind, namespace and linked resource."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

from gpu_cluster_policies.resources.property import NotKnownError
from gpu_cluster_policies.resources.resource import Pod, Resource, pods
from gpu_cluster_policies.resources.resource_links import Links, ResourceLink
from gpu_cluster_policies.resources.selector import selects

_Place = tuple[str, str, str]  # namespace, and two words within it
T = TypeVar("T")

_ANYWHERE = ("", "")  # of what does not say, or not yet, where it applies


class Inventory:
    """Index of resources: the cost of a query depends on the size of its answer, not on the number of
    resources."""

    def __init__(self, resources: Iterable[Resource] = ()) -> None:
        self._found: defaultdict[tuple[str, str], list[Resource]] = defaultdict(list)
        self._makers: defaultdict[str, list[Resource]] = defaultdict(list)
        self._by_kind: defaultdict[str, list[Resource]] = defaultdict(list)
        self._sums: dict[Callable[[Inventory], Any], Any] = {}
        for resource in resources:
            self._add(resource)

    def of(self, kind: str, namespace: str) -> Sequence[Resource]:
        """Resources of a kind in a namespace."""
        return self._found.get((kind, namespace), ())

    def pods(self, namespace: str) -> Iterator[Pod]:
        """Pods, and templates of pods, in a namespace."""
        for resource in self._makers.get(namespace, ()):
            yield from pods(resource)

    def every(self, kinds: Iterable[str]) -> Iterator[Resource]:
        """Resources of these kinds, in whatever namespace, if any."""
        for kind in kinds:
            yield from self._by_kind.get(kind, ())

    def all(self) -> Iterator[Resource]:
        """All resources."""
        for several in self._by_kind.values():
            yield from several

    def targets(self, resource: Resource, link: ResourceLink) -> Sequence[Resource]:
        """Resources of the stack that the link's property of this resource refers to.

        `NotKnownError` if neither the value nor its origin is known.
        """
        return self._links.targets(resource, link)

    def made_of(self, resource: Resource, path: str, kinds: frozenset[str]) -> bool:
        """Whether a property's value is known to come only from outputs of these types."""
        return self._links.made_of(resource, re.split(r"[.\[]", path)[0], kinds)

    def linked(self, target: Resource, link: ResourceLink) -> Sequence[Resource]:
        """Resources whose property refers to this one, such as the policies of a bucket.

        `NotKnownError` if none does, but a resource with an unknown property might.
        """
        return self._links.linked(target, link)

    def all_linked(self, target: Resource, link: ResourceLink) -> Sequence[Resource]:
        """Same as `linked`; also `NotKnownError` if further resources with unknown properties might refer to
        it."""
        return self._links.all_linked(target, link)

    def once(self, sum_up: Callable[[Inventory], T]) -> T:
        """Result of a function over the whole stack, computed once for all callers."""
        if sum_up not in self._sums:
            self._sums[sum_up] = sum_up(self)
        return self._sums[sum_up]

    def scaler(self, workload: Resource) -> Resource | None:
        """Autoscaler of the workload. `NotKnownError` if an autoscaler's target is unknown."""
        namespace = workload.namespace
        for scaler in self._scalers.get((namespace, *_ANYWHERE), ()):
            _target(scaler)
        return next(iter(self._scalers.get((namespace, workload.kind, workload.name), ())), None)

    def budgets(self, pod: Pod) -> list[Resource]:
        """Disruption budgets of the pod. `NotKnownError` if a budget's selector is unknown."""
        namespace, labels = pod.resource.namespace, pod.labels
        places = ((namespace, key, value) for key, value in (*labels.items(), _ANYWHERE))
        near = [budget for place in places for budget in self._budgets.get(place, ())]
        return [budget for budget in near if selects(budget.at("spec", "selector"), labels)]

    def _add(self, resource: Resource) -> None:
        self._by_kind[resource.kind].append(resource)
        try:
            namespace = resource.namespace
        except NotKnownError:
            return  # no rule asks for an unknown namespace; one that needs the resource finds it missing
        self._found[resource.kind, namespace].append(resource)
        if resource.makes_pods:
            self._makers[namespace].append(resource)

    @cached_property
    def _links(self) -> Links:
        return Links(self._by_kind)

    @cached_property
    def _scalers(self) -> dict[_Place, list[Resource]]:
        """Autoscalers by namespace, and by kind and name of what they scale."""
        scalers: defaultdict[_Place, list[Resource]] = defaultdict(list)
        for scaler in self._every("HorizontalPodAutoscaler"):
            try:
                scalers[scaler.namespace, *_target(scaler)].append(scaler)
            except NotKnownError:
                scalers[scaler.namespace, *_ANYWHERE].append(scaler)
        return scalers

    @cached_property
    def _budgets(self) -> dict[_Place, list[Resource]]:
        """Disruption budgets by namespace, and by the label that the fewest others select."""
        wanted = [(budget, _labels(budget)) for budget in self._every("PodDisruptionBudget")]
        shared = Counter(label for _, labels in wanted for label in labels)
        budgets: defaultdict[_Place, list[Resource]] = defaultdict(list)
        for budget, labels in wanted:
            rarest = min(labels, key=shared.__getitem__, default=_ANYWHERE)
            budgets[budget.namespace, *rarest].append(budget)
        return budgets

    def _every(self, kind: str) -> list[Resource]:
        return [
            resource for (found, _), several in self._found.items() if found == kind for resource in several
        ]


def _target(scaler: Resource) -> tuple[str, str]:
    """Kind and name of what it scales."""
    target = scaler.at("spec", "scaleTargetRef")
    return target.at("kind").text, target.at("name").text


def _labels(budget: Resource) -> list[tuple[str, str]]:
    """Labels that its selector names; none where it has to be asked about every pod."""
    try:
        return list(budget.at("spec", "selector", "matchLabels").texts().items())
    except NotKnownError:
        return []
