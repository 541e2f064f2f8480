import sys
from pathlib import Path

from gpu_cluster_tools.rehearsal.copy_project import copy_project


def test_virtual_environment_of_the_project_is_linked(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    (project / ".venv").mkdir()

    copied = copy_project(project, tmp_path / "copy", {"lab": "config: {}"})

    assert (copied / ".venv").resolve() == project / ".venv"
    assert (copied / "stacks/Pulumi.lab.yaml").read_text() == "config: {}"


def test_project_without_virtual_environment_uses_that_of_the_command(tmp_path: Path) -> None:
    copied = copy_project(project_in(tmp_path), tmp_path / "copy", {})

    assert (copied / ".venv").resolve() == Path(sys.prefix).resolve()


def project_in(folder: Path) -> Path:
    project = folder / "project"
    (project / "stacks").mkdir(parents=True)
    (project / "Pulumi.yaml").write_text("name: lab\n")
    (project / "stacks/__main__.py").write_text("")
    return project
