from pathlib import Path

import pytest

from gpu_cluster_tools.cli.schema import schema

STACKS = Path(__file__).parents[4] / "stacks"


@pytest.mark.parametrize(("team", "file"), [(False, "schema.json"), (True, "team-schema.json")])
def test_schema_command_prints_the_committed_schema(
    team: bool, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    schema(team=team)

    assert capsys.readouterr().out == (STACKS / file).read_text()
