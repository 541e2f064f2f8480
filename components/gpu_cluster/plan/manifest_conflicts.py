"""Objects of manifests that a plan has already: two resources would change one object in turn."""

from collections.abc import Iterator

from gpu_cluster.config.stack import Stack
from gpu_cluster.plan.graph import Graph, Registered
from gpu_cluster.stack.diagnostic import LocatedDiagnostic
from gpu_cluster.stack.manifests import ObjectId, manifests_of, object_id

_EXTRAS = "gpu-cluster:index:Extras"


def conflicts_of(stack: Stack, graph: Graph) -> Iterator[LocatedDiagnostic]:
    """Each object of a manifest that the platform makes too, with the manifest's file and line.

    The files are read again only if there is one.
    """
    extras = {it.urn for it in graph.resources if it.type == _EXTRAS}
    objects = [(found, it) for it in graph.made if extras and (found := _made(it))]
    platform = {found: it.name for found, it in objects if it.parent not in extras}
    if not any(found in platform for found, it in objects if it.parent in extras):
        return
    for manifest in manifests_of(stack.extras.manifests or ()):
        if name := platform.get(manifest.id):
            metadata = manifest.content["metadata"]
            shown = "/".join(it for it in (metadata.get("namespace"), metadata["name"]) if it)
            already = f"is an object of the platform already, {name}; remove it"
            yield LocatedDiagnostic(manifest.file, manifest.line, "", f"{manifest.kind} {shown} {already}")


def _made(resource: Registered) -> ObjectId | None:
    """Identity of a Kubernetes object; None for other resources, and for unknown metadata."""
    package, _, kind = resource.type.partition(":")
    version, _, kind = kind.rpartition(":")
    metadata = resource.inputs.get("metadata")
    if package != "kubernetes" or not isinstance(metadata, dict):
        return None
    return object_id(version.removeprefix("core/"), kind, metadata)  # pyright: ignore[reportUnknownArgumentType]
