"""A new version of this package that renames a resource, and so replaces it.

`pytest tests/pains --snapshot-update` rewrites the names. A removed line and an added line are a rename,
which without an alias deletes the existing resource.
"""

from pathlib import Path

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

from gpu_cluster.plan import Graph, Registered


class Names(SingleFileSnapshotExtension):
    """`names/<stack>.txt` beside this test."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(Path(test_location.filepath).parent / "names")

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        return str(index)


def test_resource_names_are_unchanged(graph: Graph, name: str, snapshot: SnapshotAssertion) -> None:
    names = sorted(called(it, graph) for it in graph.resources)
    assert "\n".join(names) + "\n" == snapshot(name=name, extension_class=Names)


def called(resource: Registered, graph: Graph) -> str:
    """Identity of a resource for the engine: its types from the platform down, and its name."""
    by_urn = {it.urn: it for it in graph.resources}
    types = [resource.type]
    above = by_urn.get(resource.parent)
    while above:
        types.append(above.type.removeprefix("gpu-cluster:index:"))
        above = by_urn.get(above.parent)
    return f"{'$'.join(reversed(types))}::{resource.name}"
