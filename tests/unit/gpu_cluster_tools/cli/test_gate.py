"""Input, output and exit codes of `gpu-cluster gate`."""

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
def test_exit_code_depends_on_the_preview(tmp_path: Path, operation: str, code: int) -> None:
    (tmp_path / "preview.json").write_text(_preview(operation))

    assert _gate(str(tmp_path / "preview.json")).exit_code == code
    assert _gate("-", given=_preview(operation)).exit_code == code


def test_json_output_lists_obstacles() -> None:
    found = json.loads(_gate("-", "--json", given=_preview("delete")).stdout)

    assert (found["stack"], found["open"], found["steps"]) == ("prod", False, 1)
    [obstacle] = found["obstacles"]
    assert obstacle["rule"] == "89-nothing-lost"
    assert obstacle["resource"] == "aws:s3/bucket:Bucket models"
    assert "gpu-cluster:storage" in obstacle["advice"]


@pytest.mark.parametrize("given", ["", "{", "Previewing update", _preview("delete")[:-40]])
def test_invalid_preview_exits_with_2(given: str) -> None:
    found = _gate("-", given=given)

    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.startswith("error: standard input: ")


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    found = _gate(str(tmp_path / "none.json"))

    assert found.exit_code == 2
    assert found.stderr == f"error: {tmp_path / 'none.json'}: No such file or directory\n"


def test_plaintext_secret_in_state_blocks(tmp_path: Path) -> None:
    stored = {"urn": URN, "type": "aws:s3/bucket:Bucket", "outputs": {"accessKey": "abcdefgh"}}
    (tmp_path / "state.json").write_text(json.dumps({"deployment": {"resources": [stored]}}))

    found = _gate("-", "--state", str(tmp_path / "state.json"), given=_preview("update"))

    assert found.exit_code == 1
    assert "outputs.accessKey is stored in plaintext" in found.stdout


def test_invalid_preview_and_state_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "state.json").touch()
    (tmp_path / "bytes.json").write_bytes(b"\xff")

    found = _gate(str(tmp_path / "bytes.json"), "--state", str(tmp_path / "state.json"))

    assert found.exit_code == 2
    assert found.stderr.splitlines() == [
        f"error: {tmp_path}/bytes.json: it is not text",
        f"error: {tmp_path}/state.json: it is empty: did `pulumi stack export` fail?",
    ]
