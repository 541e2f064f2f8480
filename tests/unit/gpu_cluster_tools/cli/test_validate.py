import json
from pathlib import Path

import pytest
import typer

from gpu_cluster.stack import StackFileError
from gpu_cluster_tools.cli.validate import validate
from tests.pains.platforms import STACKS

SMALL = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools: {system: {instance: m7i.large, nodes: 1}}
  gpu-cluster:teams: {vision: {gpus: {}}}
"""


@pytest.fixture(autouse=True)
def stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.local.yaml").write_text(SMALL)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "stacks"


def test_valid_file_is_reported_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    validate()

    assert capsys.readouterr().out == "local: 1 pool and 0 models on provider local, valid\n"


def test_team_file_is_read_with_its_environment(stacks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stacks / "Pulumi.local-vision.yaml").write_text(
        "config:\n  gpu-cluster:team: {environment: local, name: vision}\n"
    )

    validate("local-vision")

    assert capsys.readouterr().out == "local-vision: 0 models of team vision on local, valid\n"


def test_json_has_problems_and_notes(stacks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    validate(as_json=True)
    assert json.loads(capsys.readouterr().out) == {"stack": "local", "problems": [], "notes": []}
    (stacks / "Pulumi.local.yaml").write_text(SMALL.replace("m7i.large", "m7i.larg"))
    with pytest.raises(typer.Exit) as exit_:
        validate(as_json=True)
    [problem] = json.loads(capsys.readouterr().out)["problems"]
    assert exit_.value.exit_code == 2
    assert (problem["file"], problem["line"], problem["key"]) == (
        "stacks/Pulumi.local.yaml",
        3,
        "gpu-cluster:pools.system.instance",
    )
    assert problem["message"] == "unknown instance type 'm7i.larg'"
    assert problem["hint"] == "did you mean 'm7i.large'?"
    assert problem["column"] > 1


def test_spot_pool_needs_a_service_linked_role_shown_with_its_command(
    stacks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (STACKS / "Pulumi.prod.yaml").read_text()
    (stacks / "Pulumi.prod.yaml").write_text(text)
    validate("prod")
    assert "note:" not in capsys.readouterr().out

    system = "system: {instance: m7i.2xlarge, nodes: {min: 3, max: 6}"
    assert system in text
    (stacks / "Pulumi.prod.yaml").write_text(text.replace(system, f"{system}, capacity: spot"))
    validate("prod")
    [note] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note:")]
    assert "pool system on spot" in note
    assert note.endswith("aws iam create-service-linked-role --aws-service-name spot.amazonaws.com")


def test_extra_manifest_that_duplicates_a_platform_object_is_an_error(stacks: Path) -> None:
    file = stacks / "Pulumi.local.yaml"
    file.write_text(f"{SMALL}  gpu-cluster:extras: {{manifests: [objects.yaml]}}\n")
    object_file = stacks.parent / "objects.yaml"
    object_file.write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: own}\n")
    validate()

    object_file.write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: vision}\n")
    with pytest.raises(StackFileError, match=r"objects.yaml:1 Namespace vision is an object of the platform"):
        validate()
