"""Output of `gpu-cluster plan`."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli import app
from tests.unit.gpu_cluster_tools.cli.test_app import PROJECT
from tests.unit.gpu_cluster_tools.review.repository import SITE, project_of, with_code


def _plan(*arguments: str) -> Result:
    return CliRunner().invoke(app.app, ["plan", *arguments])


def test_plan_shows_a_tree_and_time_to_ready() -> None:
    lines = _plan("local").stdout.splitlines()

    assert lines[0] == "Platform platform"
    assert "├─ DevicePlugin platform-gpu" in lines
    assert any(line.startswith("local: ") and line.endswith("in the cluster") for line in lines)
    assert any(line.startswith("ready about ") for line in lines)


def test_json_output_names_the_stack() -> None:
    assert json.loads(_plan("local", "--json").stdout)["stack"] == "local"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the stacks of the project and one commit."""
    shutil.copy(PROJECT / "Pulumi.yaml", tmp_path)
    shutil.copytree(PROJECT / "stacks", tmp_path / "stacks")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_plan_against_a_revision_shows_changes(checkout: Path) -> None:
    file = checkout / "stacks" / "Pulumi.local.yaml"
    file.write_text(file.read_text().replace("replicas: {min: 2, max: 2}", "replicas: {min: 1, max: 1}"))

    said = _plan("local", "--against", "HEAD")

    assert "spec.replicas: 2 -> 1" in said.stdout
    assert "local against HEAD: " in said.stdout.splitlines()[-1]
    changed = json.loads(_plan("local", "--against", "HEAD", "--json").stdout)
    assert {change["action"] for change in changed} == {"update"}


def test_revision_is_planned_with_its_own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of(tmp_path, site=SITE)
    named = 'namespace: Name = "{}"'.format
    with_code(project, "components/gpu_cluster/config/serving.py", named("serving"), named("formerly"))
    (project / "components/gpu_cluster/config/serving.py").unlink()
    monkeypatch.chdir(project)

    changed = json.loads(_plan("site", "--against", "HEAD", "--json").stdout)

    assert "replace" in {change["action"] for change in changed}
    assert '"formerly"' in {edit["before"] for change in changed for edit in change["edits"]}


def test_plan_without_changes_says_no_change(checkout: Path) -> None:
    assert _plan("local", "--against", "HEAD").stdout == "local against HEAD: no change\n"


def test_unknown_stack_in_a_revision_gets_a_suggestion(checkout: Path) -> None:
    assert "did you mean 'local'?" in str(_plan("locla", "--against", "HEAD").exception)
    assert "expected a git revision" in str(_plan("local", "--against", "").exception)
