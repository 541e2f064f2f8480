"""`gpu-cluster gate` as it is typed: what it reads and how it ends."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli import app

URN = "urn:pulumi:prod::gpu-cluster::aws:s3/bucket:Bucket::models"


def _preview(operation: str) -> str:
    state = {"urn": URN, "type": "aws:s3/bucket:Bucket", "inputs": {"bucket": "models-a"}}
    step = {"op": operation, "urn": URN, "oldState": state}
    return json.dumps({"steps": [step], "changeSummary": {operation: 1}})


def _gate(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app.app, ["gate", *arguments], input=given)


@pytest.mark.parametrize(("operation", "code"), [("update", 0), ("delete", 1)])
def test_it_ends_as_the_preview_is(tmp_path: Path, operation: str, code: int) -> None:
    (tmp_path / "preview.json").write_text(_preview(operation))

    assert _gate(str(tmp_path / "preview.json")).exit_code == code
    assert _gate("-", given=_preview(operation)).exit_code == code


def test_programs_get_json() -> None:
    found = json.loads(_gate("-", "--json", given=_preview("delete")).stdout)

    assert (found["stack"], found["open"], found["steps"]) == ("prod", False, 1)
    [obstacle] = found["obstacles"]
    assert obstacle["rule"] == "89-nothing-lost"
    assert obstacle["resource"] == "aws:s3/bucket:Bucket models"
    assert "gpu-cluster:storage" in obstacle["advice"]


@pytest.mark.parametrize("given", ["", "{", "Previewing update", _preview("delete")[:-40]])
def test_what_is_no_preview_never_passes(given: str) -> None:
    found = _gate("-", given=given)

    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.startswith("error: standard input: ")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    found = _gate(str(tmp_path / "none.json"))

    assert found.exit_code == 2
    assert found.stderr == f"error: {tmp_path / 'none.json'}: No such file or directory\n"


def test_what_is_stored_is_looked_through_for_secrets(tmp_path: Path) -> None:
    stored = {"urn": URN, "type": "aws:s3/bucket:Bucket", "outputs": {"accessKey": "abcdefgh"}}
    (tmp_path / "state.json").write_text(json.dumps({"deployment": {"resources": [stored]}}))

    found = _gate("-", "--state", str(tmp_path / "state.json"), given=_preview("update"))

    assert found.exit_code == 1
    assert "outputs.accessKey is stored in plaintext" in found.stdout
