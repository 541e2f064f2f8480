"""Output of `gpu-cluster cost` for production, for reviewers to read.

`pytest tests/golden --snapshot-update` rewrites it.
"""

from pathlib import Path

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

from gpu_cluster.cost import cost_of
from gpu_cluster.plan import plan_of
from gpu_cluster_tools.cli.cost import text
from tests.today import TODAY

PROJECT = Path(__file__).parents[2]


class CostFile(SingleFileSnapshotExtension):
    """`cost-prod.txt` beside this test."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(Path(test_location.filepath).parent)

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        return f"cost-{index}"


def test_cost_of_production_matches_the_golden_file(snapshot: SnapshotAssertion) -> None:
    said = text(cost_of(plan_of(PROJECT, "prod"), day=TODAY))

    assert said == snapshot(name="prod", extension_class=CostFile)
