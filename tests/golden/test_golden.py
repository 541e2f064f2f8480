"""Plan of each stack file, for reviewers to read.

`pytest tests/golden --snapshot-update` rewrites it.
"""

import io
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.plan import Graph
from gpu_cluster.stack import load_any
from tests.unit.platforms import platform_of, team_of

FOLDER = Path(__file__).parents[2] / "stacks"
STACKS = {path.stem.removeprefix("Pulumi."): path for path in FOLDER.glob("Pulumi.*.yaml")} | {
    "gateway": FOLDER.parent / "tests" / "stacks" / "happy" / "eks-gateway.yaml",
    "prefix-cache": FOLDER.parent / "tests" / "stacks" / "happy" / "existing-prefix-cache.yaml",
}


class StackFolder(SingleFileSnapshotExtension):
    """`<stack>.yaml` beside this test."""

    _write_mode = WriteMode.TEXT
    file_extension = "yaml"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(Path(test_location.filepath).parent)

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        return str(index)


@pytest.mark.parametrize("name", STACKS)
def test_plan_of_a_stack_matches_the_golden_file(name: str, snapshot: SnapshotAssertion) -> None:
    stack = load_any(STACKS[name])
    if isinstance(stack, TeamStack):
        graph, _ = team_of(stack)
    else:
        token = "hub-token" if stack.serving.hub_token else None
        keys = dict.fromkeys(stack.gateway.keys if stack.gateway else (), "key")
        graph, _ = platform_of(stack, hub_token=token, gateway_keys=keys)
    assert as_yaml(graph) == snapshot(name=name, extension_class=StackFolder)


def as_yaml(graph: Graph) -> str:
    """Every resource with its inputs, by type and name, so a change shows its location."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.width = 10_000
    yaml.representer.ignore_aliases = _never_alias
    shown: dict[str, Any] = {
        f"{resource.type} {resource.name}": resource.inputs
        for resource in sorted(graph.resources, key=lambda r: (r.type, r.name))
    }
    text = io.StringIO()
    yaml.dump(shown, text)  # pyright: ignore[reportUnknownMemberType]
    return text.getvalue()


def _never_alias(_: object) -> bool:
    return True
