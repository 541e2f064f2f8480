"""A new project, created and used in an empty folder."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_policies.settings import PolicySettings, policy_settings
from gpu_cluster_tools.cli import new as cli_new
from gpu_cluster_tools.cli.app import app
from gpu_cluster_tools.scaffold.requirement import Requirement, requirement

ROOT = Path(__file__).parents[4]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    made = run("new", "acme-platform")
    assert made.exit_code == 0, made.output
    folder = tmp_path / "acme-platform"
    monkeypatch.chdir(folder)
    return folder


def test_first_stack_of_a_new_project_is_valid_and_clean(project: Path) -> None:
    assert (project / "Pulumi.yaml").read_text().startswith("name: acme-platform\n")
    assert run("validate", "local").exit_code == 0
    assert run("check", "local").stdout.startswith("local: clean")


def test_package_requirement_matches_the_source_of_this_installation(project: Path) -> None:
    required = (project / "requirements.txt").read_text().splitlines()[-1]
    assert required == requirement().line


def test_local_wheel_is_copied_into_the_project_and_survives_an_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "gpu_cluster-0.2.0-py3-none-any.whl"
    wheel.write_bytes(b"PK")
    found = Requirement(f"./wheels/{wheel.name}[doctor,rehearsal]", wheel)
    monkeypatch.setattr(cli_new, "requirement", lambda: found)
    monkeypatch.chdir(tmp_path)

    made = run("new", "acme")
    later = tmp_path / "gpu_cluster-0.3.0-py3-none-any.whl"
    later.write_bytes(b"PK")
    found = Requirement(f"./wheels/{later.name}[doctor,rehearsal]", later)
    again = run("new", "acme")

    assert made.exit_code == again.exit_code == 0
    assert (tmp_path / "acme/requirements.txt").read_text().splitlines()[-1].startswith("./wheels/gpu_")
    assert [it.name for it in (tmp_path / "acme/wheels").iterdir()] == [wheel.name]


def test_empty_folder_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    refused = run("new", "")

    assert refused.exit_code == 2
    assert "expected a folder, got nothing" in " ".join(refused.output.split())
    assert list(tmp_path.iterdir()) == []


def test_next_command_quotes_a_folder_with_spaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    made = run("new", "our projects/acme")

    assert "next: cd 'our projects/acme' && gpu-cluster init dev" in made.output


def test_written_policy_settings_equal_the_defaults(project: Path) -> None:
    assert policy_settings(project) == PolicySettings()


def test_makefile_has_every_target_that_workflows_run(project: Path) -> None:
    targets = set(re.findall(r"^([.\w/-]+):", (project / "Makefile").read_text(), re.MULTILINE))
    texts = [file.read_text() for file in (project / ".github/workflows").iterdir()]
    used = {words.split()[-1] for text in texts for words in re.findall(r"run: make (.*)", text)}

    assert used <= targets
    shown = subprocess.run(["make", "help"], cwd=project, capture_output=True, text=True, check=True)
    assert "make deploy" in shown.stdout


def test_init_adds_the_stack_to_policy_settings(project: Path) -> None:
    done = run("init", "lab", "--provider", "eks", "--region", "us-east-2", "--yes")

    assert "policies/settings.yaml allows environment lab: 1 GPU," in done.stdout
    assert "unfilled placeholder 'CHANGEME'" in str(run("validate", "lab").exception)
    assert policy_settings(project).environments["lab"].regions == ("us-east-2",)


def test_existing_files_are_unchanged(project: Path) -> None:
    (project / "README.md").write_text("ours\n")
    (project / "Makefile").unlink()

    again = run("new", ".")

    assert "wrote 1 files" in again.stdout
    assert "unchanged: README.md" in again.stdout
    assert (project / "README.md").read_text() == "ours\n"


@pytest.mark.parametrize("name", ["Acme", "9lives", "a_b"])
def test_invalid_pulumi_project_name_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    refused = run("new", name)

    assert refused.exit_code == 2
    assert "set --name" in refused.output
    assert not (tmp_path / name).exists()
