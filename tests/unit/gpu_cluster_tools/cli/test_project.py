from pathlib import Path

import pytest

from gpu_cluster_tools.cli.project import NoStackError, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "stacks").mkdir()
    for name in ("prod", "dev"):
        (tmp_path / "stacks" / f"Pulumi.{name}.yaml").touch()
    return Project(tmp_path)


def test_project_lists_stacks_that_have_a_file(project: Project) -> None:
    assert project.stack_names() == ["dev", "prod"]
    assert project.stack_file("dev") == project.folder / "stacks" / "Pulumi.dev.yaml"


@pytest.mark.parametrize(
    ("name", "hint"), [("prodd", "did you mean 'prod'?"), ("elsewhere", "there are dev, prod")]
)
def test_unknown_stack_error_lists_or_suggests_stacks(project: Project, name: str, hint: str) -> None:
    with pytest.raises(NoStackError, match=f"no stacks/Pulumi.{name}.yaml in .*: ") as raised:
        project.stack_file(name)

    assert str(raised.value).endswith(hint)


def test_file_name_instead_of_stack_name_gets_a_suggestion(project: Project) -> None:
    for file in ("stacks/Pulumi.prod.yaml", "Pulumi.prod.yaml", "./stacks/Pulumi.prd.yaml"):
        with pytest.raises(NoStackError) as raised:
            project.stack_file(file)

        assert str(raised.value) == f"no stack '{file}' in {project.folder}: did you mean 'prod'?"
