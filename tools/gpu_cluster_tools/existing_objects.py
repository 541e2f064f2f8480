"""Objects of a cluster that an update would take over.

The Kubernetes provider creates objects by server-side apply, which changes those that exist (await.go of
pulumi-kubernetes v4.25.0: "we currently always upsert the object"), and objects of the platform force their
fields on other field managers. A later destroy deletes them: a namespace with all its objects, a
CustomResourceDefinition with all objects of its kind.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from gpu_cluster.plan import Graph
from gpu_cluster.stack.manifests import ObjectId, object_id

_PACKAGE = "kubernetes:"
_NO_OBJECTS = ("kubernetes:helm.sh/", "kubernetes:yaml/", "kubernetes:kustomize/")
"""Types of the provider that stand for several objects."""

ADVICE = (
    "choose other names in the stack file, turn off what creates them, or delete them if they are not used"
)
"""Advice on objects that exist already."""

_CHART = "Chart"
_PULUMI = "pulumi-kubernetes"

Object = Mapping[str, Any]


class ObjectLists(Protocol):
    """API server of the cluster."""

    def get(self, path: str) -> Object | None:
        """The object at a path; None if the server does not serve it."""
        ...

    def metadata(self, path: str) -> list[dict[str, Any]] | None:
        """Metadata of the objects at a path; None if this identity may not list them."""
        ...


@dataclass(frozen=True, slots=True)
class PlannedObject:
    """Object that an update would create."""

    version: str
    """Its apiVersion, such as `apps/v1`."""

    kind: str
    namespace: str
    """Namespace as the resource has it; empty for none."""

    name: str
    urn: str
    """Resource that creates it."""

    @property
    def id(self) -> ObjectId:
        return object_id(self.version, self.kind, {"namespace": self.namespace, "name": self.name})

    def __str__(self) -> str:
        return f"{self.kind} {'/'.join(filter(None, (self.namespace, self.name)))}"


@dataclass(frozen=True, slots=True)
class ExistingObject:
    """Planned object that the cluster has already."""

    planned: PlannedObject
    managers: tuple[str, ...]
    """Managers of its fields, and the tool that its labels name; none if the object does not tell."""

    @property
    def by_pulumi(self) -> bool:
        """True if a Pulumi stack created it, perhaps this one."""
        return any(it.startswith(_PULUMI) for it in self.managers)

    @property
    def managed_by(self) -> str:
        return ", ".join(self.managers) or "unknown"


@dataclass(frozen=True, slots=True)
class Findings:
    """Planned objects that exist, and what could not be looked at."""

    existing: tuple[ExistingObject, ...] = ()
    unchecked: tuple[str, ...] = ()
    """Reasons, such as a kind that this identity may not list."""


def existing_objects(
    planned: Iterable[PlannedObject], own: Collection[ObjectId], cluster: ObjectLists
) -> Findings:
    """Objects of the plan that the cluster has and the state does not, by one list for each kind.

    Namespaces of the plan are looked at as a whole, not the objects in them: a namespace of the state is the
    stack's, and one that is not there yet is empty.
    """
    planned = list(planned)
    inside = {it.name for it in planned if (it.version, it.kind) == ("v1", "Namespace")}
    new = [it for it in planned if it.id not in own and it.namespace not in inside]
    existing: list[ExistingObject] = []
    unlisted: dict[str, None] = {}
    for (version, kind), objects in _by_kind(new).items():
        for path, some in _lists(version, kind, objects, cluster):
            found = cluster.metadata(path)
            if found is None:
                unlisted[kind] = None
                continue
            by_name = {it["metadata"]["name"]: it["metadata"] for it in found}
            existing += [ExistingObject(it, _managers(by_name[it.name])) for it in some if it.name in by_name]
    unchecked = (f"not authorized to list {', '.join(unlisted)}",) if unlisted else ()
    return Findings(tuple(existing), unchecked)


def planned_by(graph: Graph) -> Iterator[PlannedObject]:
    """Objects of a plan. A plan has charts without their objects."""
    for it in graph.made:
        yield from _object(it.type, it.inputs, it.urn)


def created_by(steps: Iterable[Any]) -> Iterator[PlannedObject]:
    """Objects that the steps of a preview create, those of charts too."""
    for step in steps:
        if step.kind == "create":
            yield from _object(step.type, step.after.get("inputs") or {}, step.urn)


def own_objects(state: Mapping[str, Any]) -> set[ObjectId]:
    """Objects in the state of a stack, with those that an interrupted update was creating."""
    begun = (it["resource"] for it in state.get("pending_operations") or ())
    return {
        found.id
        for it in [*state.get("resources", ()), *begun]
        for found in _object(it["type"], it.get("inputs") or {}, it["urn"])
    }


def has_charts(graph: Graph) -> bool:
    return bool(graph.of(_CHART))


def new_charts(graph: Graph, state: Mapping[str, Any]) -> bool:
    """Whether the plan has a chart that the state does not have."""
    known = {it["urn"].rpartition("::")[2] for it in state.get("resources", ())}
    return any(it.name not in known for it in graph.of(_CHART))


def _object(type_: str, inputs: Mapping[str, Any], urn: str) -> Iterator[PlannedObject]:
    """The object of a resource, if it is one with a known name."""
    if not type_.startswith(_PACKAGE) or type_.startswith(_NO_OBJECTS) or type_.endswith("Patch"):
        return
    given: Any = inputs.get("metadata")
    metadata: Mapping[str, Any] = cast(Any, given) if isinstance(given, Mapping) else {}
    version, kind, name = inputs.get("apiVersion"), inputs.get("kind"), metadata.get("name")
    if isinstance(name, str) and isinstance(version, str) and isinstance(kind, str):
        yield PlannedObject(version, kind, str(metadata.get("namespace") or ""), name, urn)


def _by_kind(objects: Iterable[PlannedObject]) -> dict[tuple[str, str], list[PlannedObject]]:
    kinds: dict[tuple[str, str], list[PlannedObject]] = {}
    for it in objects:
        kinds.setdefault((it.version, it.kind), []).append(it)
    return kinds


def _lists(
    version: str, kind: str, objects: Iterable[PlannedObject], cluster: ObjectLists
) -> Iterator[tuple[str, list[PlannedObject]]]:
    """Path of each list that has all objects of the kind with these names, and the planned objects in it."""
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    served = (cluster.get(root) or {}).get("resources", ())
    resource = next((it for it in served if it["kind"] == kind and "/" not in it["name"]), None)
    if resource is None:  # a kind that the cluster lacks has no objects
        return
    if not resource["namespaced"]:
        yield f"{root}/{resource['name']}", list(objects)
        return
    namespaces: dict[str, list[PlannedObject]] = {}
    for it in objects:
        namespaces.setdefault(it.namespace or "default", []).append(it)
    for namespace, some in namespaces.items():
        yield f"{root}/namespaces/{namespace}/{resource['name']}", some


def _managers(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Who manages an object, as far as it tells: Helm's release, the label, the managers of its fields."""
    annotations: Object = metadata.get("annotations") or {}
    labels: Object = metadata.get("labels") or {}
    found: list[str] = []
    if release := annotations.get("meta.helm.sh/release-name"):
        found.append(f"Helm release {annotations.get('meta.helm.sh/release-namespace', '')}/{release}")
    elif tool := labels.get("app.kubernetes.io/managed-by"):
        found.append(str(tool))
    managed: Iterable[Object] = metadata.get("managedFields") or ()
    fields = (it for it in managed if not it.get("subresource"))
    return tuple(dict.fromkeys([*found, *(str(it["manager"]) for it in fields)]))
