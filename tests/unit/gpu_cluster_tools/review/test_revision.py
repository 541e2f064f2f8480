from pathlib import Path

import pytest

from gpu_cluster_tools.review.revision import (
    Revision,
    RevisionError,
    programs_differ,
    stacks_in,
    there,
    touched,
)
from tests.unit.gpu_cluster_tools.review.repository import GRANTED, SITE, VISION, git, project_of, stack_file


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one commit on main, and a branch with a change of its own that is checked out."""
    project_of(tmp_path, prod="config: {before: true}\n")
    git(tmp_path, "checkout", "-qb", "change")
    (tmp_path / "stacks/Pulumi.prod.yaml").write_text("config: {before: false}\n")
    git(tmp_path, "commit", "-qam", "after")
    return tmp_path


def test_the_files_are_as_they_were(project: Path) -> None:
    with Revision.before(project, "main").folder() as then:
        assert (then / "stacks/Pulumi.prod.yaml").read_text() == "config: {before: true}\n"
        assert stacks_in(then) == {"prod"}
    assert not then.exists()


def test_the_checkout_stays_as_it_is(project: Path) -> None:
    (project / "stacks/Pulumi.prod.yaml").write_text("config: {edited: true}\n")
    before = git(project, "status", "--porcelain=v2", "--branch")

    with Revision.before(project, "main").folder():
        pass

    assert git(project, "status", "--porcelain=v2", "--branch") == before
    assert (project / "stacks/Pulumi.prod.yaml").read_text() == "config: {edited: true}\n"


def test_only_what_this_branch_changed_counts(project: Path) -> None:
    git(project, "checkout", "-q", "main")
    (project / "stacks/Pulumi.dev.yaml").write_text("config: {}\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "somebody else's")
    git(project, "checkout", "-q", "change")

    assert Revision.before(project, "main").changed() == {"stacks/Pulumi.prod.yaml"}


def test_what_is_not_committed_counts(project: Path) -> None:
    (project / "stacks/Pulumi.new one.yaml").write_text("config: {}\n")
    (project / "Pulumi.yaml").unlink()

    changed = Revision.before(project, "main").changed()

    assert changed == {"stacks/Pulumi.prod.yaml", "stacks/Pulumi.new one.yaml", "Pulumi.yaml"}


def test_a_project_in_a_folder_of_a_repository_is_read_by_itself(project: Path) -> None:
    inner = project / "platform"
    (inner / "stacks").mkdir(parents=True)
    (inner / "stacks/Pulumi.edge.yaml").write_text("config: {}\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "inner")
    (inner / "stacks/Pulumi.edge.yaml").write_text("config: {changed: true}\n")

    revision = Revision.before(inner, "HEAD")

    assert revision.changed() == {"stacks/Pulumi.edge.yaml"}
    with revision.folder() as then:
        assert stacks_in(then) == {"edge"}


@pytest.mark.parametrize("name", ["nowhere", "--output=/tmp/x", "", "main:stacks", "-h"])
def test_a_revision_that_is_none_is_named(project: Path, name: str) -> None:
    with pytest.raises(RevisionError, match="unknown git revision"):
        Revision.before(project, name)


def test_a_link_that_leads_out_is_refused(project: Path) -> None:
    (project / "stacks/Pulumi.evil.yaml").symlink_to("/etc/passwd")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "link")

    with pytest.raises(RevisionError, match="evil"), Revision.before(project, "HEAD").folder():
        pass


@pytest.fixture
def shared(tmp_path: Path) -> tuple[Path, Path]:
    """Two there, and a team on one of them, before and after a change."""
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
def test_a_change_touches_the_stacks_that_it_can_change(
    shared: tuple[Path, Path], files: set[str], stacks: list[str]
) -> None:
    assert touched(files, *shared) == stacks


def test_a_team_is_touched_by_an_environment_that_goes(shared: tuple[Path, Path]) -> None:
    _, now = shared
    stack_file(now, "site").unlink()

    assert touched({"stacks/Pulumi.site.yaml"}, *shared) == ["site", "site-vision"]


def test_a_wrong_environment_leaves_a_team_unreviewed(shared: tuple[Path, Path]) -> None:
    _, now = shared
    stack_file(now, "site").write_text(GRANTED.replace("pool: box", "pool: bocks"))

    assert touched({"stacks/Pulumi.site.yaml"}, *shared) == ["site"]


def test_a_file_that_cannot_be_read_stands_on_nothing(shared: tuple[Path, Path]) -> None:
    for project in shared:
        stack_file(project, "site-vision").write_text("config: [")

    assert touched({"stacks/Pulumi.site.yaml"}, *shared) == ["site"]


def test_what_is_gone_is_not_there(shared: tuple[Path, Path]) -> None:
    _, now = shared
    stack_file(now, "other").unlink()

    assert there(["other", "site", "site-vision"], now) == ["site", "site-vision"]


def test_rules_and_prices_are_no_program(tmp_path: Path) -> None:
    (tmp_path / "components").mkdir()

    assert programs_differ(["components/gpu_cluster/capacity/pool.py"], tmp_path, tmp_path)
    assert not programs_differ(
        ["policies/waivers.yaml", "components/gpu_cluster/cost/prices.py", "stacks/Pulumi.prod.yaml"],
        tmp_path,
        tmp_path,
    )


def test_the_version_of_a_project_without_code_is_in_its_requirements(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, version in ((before, "0.2.0"), (after, "0.3.0")):
        folder.mkdir()
        (folder / "requirements.txt").write_text(f"# of {folder}\ngpu-cluster=={version}\n")

    assert programs_differ(["requirements.txt"], before, after)
    (after / "requirements.txt").write_text("gpu-cluster==0.2.0\n")
    assert not programs_differ(["requirements.txt", "stacks/__main__.py"], before, after)
    (before / "requirements.txt").unlink()
    assert not programs_differ(["requirements.txt"], before, after)


def test_a_folder_without_git_is_told_apart_from_an_unknown_revision(tmp_path: Path) -> None:
    with pytest.raises(
        RevisionError, match=r"^/\S+ is not in a git repository, so there is no revision 'main'"
    ):
        Revision.before(tmp_path, "main")
