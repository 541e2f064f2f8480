"""A plan as a tree: parents and children, with the main properties of each resource."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gpu_cluster.plan.graph import Graph, Registered
from gpu_cluster_tools.reports.resource_summary import summary_of

_BRANCH, _LAST, _DOWN, _NONE = "├─ ", "└─ ", "│  ", "   "
_COMPONENT = "gpu-cluster:"
_FEW = 3
"""Resources of one kind in one component that are shown one by one."""


def tree(graph: Graph, *, every: bool = False) -> Iterator[str]:
    """A line for each component and resource, children below their parent.

    Many of a kind side by side are one line that counts them, unless `every` is set.
    """
    known = {resource.urn for resource in graph.resources}
    children: defaultdict[str, list[Registered]] = defaultdict(list)
    for resource in sorted(graph.resources, key=_order):
        children[resource.parent if resource.parent in known else ""].append(resource)
    for root in children[""]:
        yield _line(root)
        yield from _below(root, children, every)


def _order(resource: Registered) -> tuple[bool, str, str]:
    """Sort order of siblings: resources first, then components, each by kind and name."""
    return resource.type.startswith(_COMPONENT), _kind(resource.type), _known_as(resource)


def _below(
    parent: Registered, children: Mapping[str, Sequence[Registered]], every: bool, indent: str = ""
) -> Iterator[str]:
    shown = list(_entries(children.get(parent.urn, ()), every))
    for number, (line, resource) in enumerate(shown, start=1):
        last = number == len(shown)
        yield f"{indent}{_LAST if last else _BRANCH}{line}"
        if resource:
            yield from _below(resource, children, every, indent + (_NONE if last else _DOWN))


def _entries(siblings: Iterable[Registered], every: bool) -> Iterator[tuple[str, Registered | None]]:
    """Lines with the resource that each is about, where it is about one."""
    by_type: defaultdict[str, list[Registered]] = defaultdict(list)
    for resource in siblings:
        by_type[resource.type].append(resource)
    for type, alike in by_type.items():
        if every or len(alike) <= _FEW or type.startswith(_COMPONENT):
            yield from ((_line(resource), resource) for resource in alike)
        else:
            yield f"{len(alike)} x {_kind(type)}{_in_common(alike)}", None


def _line(resource: Registered) -> str:
    facts = summary_of(resource)
    return f"{_kind(resource.type)} {_known_as(resource)}" + (f"  {facts}" if facts else "")


def _known_as(resource: Registered) -> str:
    """Kubernetes name of an object, or the logical name of other resources."""
    metadata: Mapping[str, str] = resource.inputs.get("metadata") or {}
    name = metadata.get("name") or resource.name
    namespace = metadata.get("namespace")
    return f"{namespace}/{name}" if namespace else name


def _in_common(alike: Sequence[Registered]) -> str:
    """The summary that all of them share, where that is short."""
    facts = [fact for fact in dict.fromkeys(map(summary_of, alike)) if fact]
    return f"  {'; '.join(facts)}" if 0 < len(facts) <= _FEW else ""


def _kind(type: str) -> str:
    return type.rpartition(":")[2]
