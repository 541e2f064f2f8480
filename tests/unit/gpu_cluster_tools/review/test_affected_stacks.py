from pathlib import Path

import pytest

from gpu_cluster_tools.review.affected_stacks import affected_stacks, programs_differ, there
from tests.unit.gpu_cluster_tools.review.repository import GRANTED, SITE, VISION, project_of, stack_file


@pytest.fixture
def shared(tmp_path: Path) -> tuple[Path, Path]:
    """Two environments and a team stack on one of them, before and after a change."""
    for folder in ("then", "now"):
        (tmp_path / folder).mkdir()
        project_of(tmp_path / folder, **{"site": GRANTED, "other": SITE, "site-vision": VISION})
    return tmp_path / "then", tmp_path / "now"


@pytest.mark.parametrize(
    ("files", "stacks"),
    [
        ({"stacks/Pulumi.other.yaml"}, ["other"]),
        ({"stacks/Pulumi.site.yaml"}, ["site", "site-vision"]),
        ({"stacks/Pulumi.site-vision.yaml"}, ["site-vision"]),
        ({"components/gpu_cluster/capacity/pool.py"}, ["other", "site", "site-vision"]),
        ({"policies/waivers.yaml"}, ["other", "site", "site-vision"]),
        ({"docs/pools.md", "README.md", "tests/unit/test_layers.py"}, []),
        ({"stacks/Pulumi.site.yaml.orig"}, []),
    ],
)
def test_changed_files_select_the_affected_stacks(
    shared: tuple[Path, Path], files: set[str], stacks: list[str]
) -> None:
    assert affected_stacks(files, *shared) == stacks


def test_deleted_environment_affects_its_team(shared: tuple[Path, Path]) -> None:
    _, now = shared
    stack_file(now, "site").unlink()

    assert affected_stacks({"stacks/Pulumi.site.yaml"}, *shared) == ["site", "site-vision"]


def test_invalid_environment_excludes_its_team(shared: tuple[Path, Path]) -> None:
    _, now = shared
    stack_file(now, "site").write_text(GRANTED.replace("pool: box", "pool: bocks"))

    assert affected_stacks({"stacks/Pulumi.site.yaml"}, *shared) == ["site"]


def test_unreadable_team_file_belongs_to_no_environment(shared: tuple[Path, Path]) -> None:
    for project in shared:
        stack_file(project, "site-vision").write_text("config: [")

    assert affected_stacks({"stacks/Pulumi.site.yaml"}, *shared) == ["site"]


def test_deleted_stack_is_not_listed(shared: tuple[Path, Path]) -> None:
    _, now = shared
    stack_file(now, "other").unlink()

    assert there(["other", "site", "site-vision"], now) == ["site", "site-vision"]


def test_policies_and_prices_do_not_change_the_program(tmp_path: Path) -> None:
    (tmp_path / "components").mkdir()

    assert programs_differ(["components/gpu_cluster/capacity/pool.py"], tmp_path, tmp_path)
    assert not programs_differ(
        ["policies/waivers.yaml", "components/gpu_cluster/cost/prices.py", "stacks/Pulumi.prod.yaml"],
        tmp_path,
        tmp_path,
    )


def test_program_of_a_project_without_code_changes_with_its_requirements(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, version in ((before, "0.2.0"), (after, "0.3.0")):
        folder.mkdir()
        (folder / "requirements.txt").write_text(f"# of {folder}\ngpu-cluster=={version}\n")

    assert programs_differ(["requirements.txt"], before, after)
    (after / "requirements.txt").write_text("gpu-cluster==0.2.0\n")
    assert not programs_differ(["requirements.txt", "stacks/__main__.py"], before, after)
    (before / "requirements.txt").unlink()
    assert not programs_differ(["requirements.txt"], before, after)
