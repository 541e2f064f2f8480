"""Changes of an update, worked out from two plans as the engine works them out from a plan and a state."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (properties are any JSON)

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gpu_cluster.plan import Registered
from gpu_cluster.unknown import UNKNOWN, Unknown
from gpu_cluster_tools.review.node_rollout import NodeRollout, rollout_of
from gpu_cluster_tools.review.property_diff import PropertyDiff, property_diffs
from gpu_cluster_tools.review.replacements import replacement_paths, updated_outputs

_SECRET = "(secret)"  # noqa: S105


class Action(StrEnum):
    """Action of an update on a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """Change of one resource."""

    action: Action
    type: str
    name: str
    edits: tuple[PropertyDiff, ...] = ()
    forced_by: tuple[str, ...] = ()
    """Inputs that cause the replacement."""

    retained: bool = False
    """Whether it is retained although it is removed from the stack."""

    rollout: NodeRollout | None = None
    """Replacement of the nodes of a node group that is itself updated."""

    @property
    def resource(self) -> str:
        """Kind and name: `NodeGroup platform-nodes-l4`."""
        return f"{self.type.rpartition(':')[2]} {self.name}"


def changes(old: Sequence[Registered], new: Sequence[Registered]) -> list[ResourceChange]:
    """From resources in the order in which they are registered; what stays as it is, is left out.

    A resource whose provider or whose inputs come from one that is replaced changes with it, although the
    stack file does not: what the new one is called is known once it is there.
    """
    course = _Course({resource.urn: resource for resource in old})
    found = [change for resource in new for change in course.taken(resource)]
    return [*found, *course.gone()]


@dataclass
class _Course:
    """An update, resource by resource."""

    old: dict[str, Registered]
    seen: set[str] = field(default_factory=set[str])
    others: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Unknown outputs before the update, by URN: of resources that are replaced or renewed."""

    replaced: set[str] = field(default_factory=set[str])

    def taken(self, new: Registered) -> Iterator[ResourceChange]:
        """Change of a resource of the new plan."""
        old = self._before(new)
        if old is None:
            yield ResourceChange(Action.CREATE, new.type, new.name)
            return
        self.seen.add(old.urn)
        after = _kept(old.inputs, self._inputs(new), new.ignored_changes)
        found = tuple(_edits(old, new, after))
        causes = replacement_paths(new.type, old.inputs, after) if found else []
        if new.provider.rpartition("::")[0] in self.replaced:
            causes.append("its provider")
        if causes:
            self.replaced.add(new.urn)
            self.others[new.urn] = frozenset(_leaves(new.outputs)) - frozenset(_leaves(new.inputs))
            yield ResourceChange(Action.REPLACE, new.type, new.name, found, tuple(causes))
        elif found:
            if again := updated_outputs(new.type):
                self.others[new.urn] = frozenset(_leaves([new.outputs.get(name) for name in again]))
            rollout = rollout_of(new.type, old.inputs, after)
            yield ResourceChange(Action.UPDATE, new.type, new.name, found, rollout=rollout)

    def gone(self) -> Iterator[ResourceChange]:
        """Resources that the new plan lacks, in the order of deletion."""
        for old in reversed(self.old.values()):
            if old.urn not in self.seen:
                yield ResourceChange(Action.DELETE, old.type, old.name, retained=old.retained)

    def _before(self, new: Registered) -> Registered | None:
        urns = (new.urn, *(urn for alias in new.aliases for urn in _urns(alias, new.urn)))
        return next((self.old[urn] for urn in urns if urn in self.old), None)

    def _inputs(self, new: Registered) -> Mapping[str, Any]:
        """The inputs, with unknown values marked as such."""
        return {
            name: _later(value, unknown) if (unknown := self._unknown(new.made_of.get(name, ()))) else value
            for name, value in new.inputs.items()
        }

    def _unknown(self, urns: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(self.others.get(urn, frozenset()) for urn in urns))


def _edits(old: Registered, new: Registered, after: Mapping[str, Any]) -> Iterator[PropertyDiff]:
    for edit in property_diffs(old.inputs, after):
        secret = re.split(r"[.\[]", edit.path, maxsplit=1)[0] in old.secrets | new.secrets
        yield PropertyDiff(edit.path, _SECRET, _SECRET) if secret else edit


def _later(value: Any, unknown: Collection[str]) -> Any:
    match value:
        case dict():
            return {key: _later(part, unknown) for key, part in value.items()}
        case list():
            return [_later(part, unknown) for part in value]
        case str() if any(word in value for word in unknown if len(word) > 3):
            return UNKNOWN
        case _:
            return UNKNOWN if str(value) in unknown else value


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for part in value.values():
                yield from _leaves(part)
        case list():
            for part in value:
                yield from _leaves(part)
        case None | bool() | Unknown() | "":
            return
        case _:
            yield str(value)


def _kept(old: Any, new: Any, paths: Iterable[str]) -> dict[str, Any]:
    """The new inputs, with the old ones where the program says that changes do not count."""
    after = dict(new)
    for path in paths:
        first, _, rest = path.partition(".")
        before = old.get(first)
        if rest and isinstance(before, dict) and isinstance(after.get(first), dict):
            after[first] = _kept(before, after[first], [rest])
        elif first in old:
            after[first] = before
        else:
            after.pop(first, None)
    return after


def _urns(alias: str, urn: str) -> Iterator[str]:
    """URNs of a resource by its aliases: a URN, or another name or type."""
    if whole := re.search(r'urn: "([^"]+)"', alias):
        yield whole.group(1)
        return
    name, type = re.search(r'\bname: "([^"]+)"', alias), re.search(r'\btype: "([^"]+)"', alias)
    stem, _, own = urn.rpartition("::")
    parents, dollar, kind = stem.rpartition("$")
    yield f"{parents}{dollar}{type.group(1) if type else kind}::{name.group(1) if name else own}"
