"""The exemptions of the objects that the platform renders from a stack file, and of no others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from gpu_cluster_policies.resources.resource import Resource

if TYPE_CHECKING:
    from gpu_cluster.config.stack import Stack
    from gpu_cluster.exemption import Exemption
    from gpu_cluster.plan import Registered
    from gpu_cluster_policies.rule import Finding

_LIVE = 8  # characters from which an output is recognised inside of a text
_BY_PROVIDERS = frozenset(("tags", "tagsAll"))  # to which the AWS provider adds its own
_MANAGED_BY = "app.kubernetes.io/managed-by"  # the Kubernetes provider adds it
_OF_ENGINE = "pulumi.com/"


@dataclass(frozen=True)
class Rendered:
    """Objects that the components render from one stack file, compared with the objects that are judged.

    rendered = Rendered(stack, lambda: plan_of(project, "prod").graph.resources)
    rendered.exemption(finding)  # None where the object differs in anything from what its component renders
    """

    stack: Stack | None = None
    """None without a stack file: then nothing is exempt."""

    resources: Callable[[], Iterable[Registered]] = tuple
    """Asked for once, at the first finding."""

    def exemption(self, finding: Finding) -> Exemption | None:
        """The exemption that covers a finding, if any."""
        if self.stack is None or finding.resource != finding.judged.address:
            return None
        for exempt in self._exempt.get((finding.rule.id, finding.resource), ()):
            if exempt.is_rendered(finding.judged):
                return exempt.exemption
        return None

    @cached_property
    def _exempt(self) -> Mapping[tuple[str, str], Sequence[_Exempt]]:
        """Exempt objects by rule and address."""
        from gpu_cluster.component_exemptions import (
            EXEMPTIONS,  # these load Pulumi, which most manifests do without
        )
        from gpu_cluster_policies.plan_adapter import resource_of

        if self.stack is None:
            return {}
        every = {it.urn: it for it in self.resources()}
        found: dict[tuple[str, str], list[_Exempt]] = {}
        for registered in every.values():
            resource = resource_of(registered)
            for component in _ancestors(registered, every):
                for exemption in EXEMPTIONS.get(component, ()):
                    if exemption.kind == resource.kind and exemption.holds(self.stack, _name(resource)):
                        live = tuple(_texts_of_sources(registered, every))
                        key = (exemption.rule, resource.address)
                        found.setdefault(key, []).append(_Exempt(exemption, registered, live))
        return found


@dataclass(frozen=True, slots=True)
class _Exempt:
    """An object as its component renders it."""

    exemption: Exemption
    rendered: Registered
    live: tuple[str, ...]
    """Outputs of other resources that it refers to: planned values, which differ from existing ones."""

    def is_rendered(self, judged: Resource) -> bool:
        """True if the judged resource equals this object in every property."""
        given, rendered = _comparable(judged.properties), _comparable(self.rendered.inputs)
        return given.keys() == rendered.keys() and all(
            _same(given[key], rendered[key], self._live(key, judged)) for key in rendered
        )

    def _live(self, key: str, judged: Resource) -> tuple[str, ...]:
        """Only values from outputs of the same resources may differ from the plan."""
        sources = self.rendered.made_of.get(key) or frozenset()
        told: Collection[str] = sources if judged.made_of is None else judged.made_of.get(key) or ()
        return self.live if sources and {_short(it) for it in told} == {_short(it) for it in sources} else ()


def _ancestors(registered: Registered, every: Mapping[str, Registered]) -> Iterator[str]:
    """Types of the components that it is a part of."""
    parent = every.get(registered.parent)
    while parent:
        yield parent.type
        parent = every.get(parent.parent)


def _texts_of_sources(registered: Registered, every: Mapping[str, Registered]) -> Iterator[str]:
    for urn in frozenset[str]().union(*registered.made_of.values()):
        outputs = every[urn].outputs if urn in every else {}
        yield from (it for it in outputs.values() if isinstance(it, str) and len(it) >= _LIVE)


def _short(urn: str) -> str:
    """Type and name: the engine's URN tells all parents, that of a plan the nearest."""
    *_, types, name = urn.split("::", maxsplit=3)
    return f"{types.rpartition('$')[2]}::{name}"


def _name(resource: Resource) -> str:
    return resource.address.rpartition(" ")[2].rpartition("/")[2]


def _comparable(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs without additions and defaults of the engine and its providers."""
    defaults = cast(Sequence[str], properties.get("__defaults") or ())
    added = _BY_PROVIDERS.union(defaults)
    kept = {key: value for key, value in properties.items() if key not in added}
    metadata = kept.get("metadata")
    if isinstance(metadata, Mapping):
        kept["metadata"] = {
            key: _without_added(value) if key in ("labels", "annotations") else value
            for key, value in cast(Mapping[str, Any], metadata).items()
        }
    return _filled(kept)


def _without_added(texts: Any) -> Any:
    if not isinstance(texts, Mapping):
        return texts
    given = cast(Mapping[str, Any], texts)
    kept = {key: it for key, it in given.items() if key != _MANAGED_BY and not key.startswith(_OF_ENGINE)}
    return kept or None


def _same(given: Any, rendered: Any, live: Sequence[str]) -> bool:
    if isinstance(rendered, Mapping):
        return isinstance(given, Mapping) and _same_keys(
            cast(Mapping[str, Any], given), cast(Mapping[str, Any], rendered), live
        )
    if isinstance(rendered, list):
        return _same_items(given, cast(list[Any], rendered), live)
    if isinstance(rendered, str) and any(it in rendered for it in live):
        return isinstance(given, str)
    return isinstance(given, bool) == isinstance(rendered, bool) and bool(given == rendered)


def _same_keys(given: Mapping[str, Any], rendered: Mapping[str, Any], live: Sequence[str]) -> bool:
    one, other = _filled(given), _filled(rendered)
    return one.keys() == other.keys() and all(_same(one[key], other[key], live) for key in other)


def _same_items(given: Any, rendered: Sequence[Any], live: Sequence[str]) -> bool:
    if not isinstance(given, Sequence) or isinstance(given, str):
        return False
    items = cast(Sequence[Any], given)
    return len(items) == len(rendered) and all(
        _same(items[index], rendered[index], live) for index in range(len(rendered))
    )


def _filled(properties: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: properties[key] for key in properties if not key.startswith("__")}
    return {key: value for key, value in given.items() if value is not None}
