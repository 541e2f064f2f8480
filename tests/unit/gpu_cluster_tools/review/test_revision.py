from pathlib import Path

import pytest

from gpu_cluster_tools.review.affected_stacks import stacks_in
from gpu_cluster_tools.review.revision import Revision, RevisionError
from tests.unit.gpu_cluster_tools.review.repository import git, project_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one commit on main, and a checked-out branch with one change."""
    project_of(tmp_path, prod="config: {before: true}\n")
    git(tmp_path, "checkout", "-qb", "change")
    (tmp_path / "stacks/Pulumi.prod.yaml").write_text("config: {before: false}\n")
    git(tmp_path, "commit", "-qam", "after")
    return tmp_path


def test_folder_of_a_revision_has_its_files(project: Path) -> None:
    with Revision.before(project, "main").folder() as then:
        assert (then / "stacks/Pulumi.prod.yaml").read_text() == "config: {before: true}\n"
        assert stacks_in(then) == {"prod"}
    assert not then.exists()


def test_checkout_is_unchanged(project: Path) -> None:
    (project / "stacks/Pulumi.prod.yaml").write_text("config: {edited: true}\n")
    before = git(project, "status", "--porcelain=v2", "--branch")

    with Revision.before(project, "main").folder():
        pass

    assert git(project, "status", "--porcelain=v2", "--branch") == before
    assert (project / "stacks/Pulumi.prod.yaml").read_text() == "config: {edited: true}\n"


def test_only_changes_of_this_branch_count(project: Path) -> None:
    git(project, "checkout", "-q", "main")
    (project / "stacks/Pulumi.dev.yaml").write_text("config: {}\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "somebody else's")
    git(project, "checkout", "-q", "change")

    assert Revision.before(project, "main").changed() == {"stacks/Pulumi.prod.yaml"}


def test_uncommitted_changes_count(project: Path) -> None:
    (project / "stacks/Pulumi.new one.yaml").write_text("config: {}\n")
    (project / "Pulumi.yaml").unlink()

    changed = Revision.before(project, "main").changed()

    assert changed == {"stacks/Pulumi.prod.yaml", "stacks/Pulumi.new one.yaml", "Pulumi.yaml"}


def test_project_in_a_subfolder_of_a_repository_is_read_alone(project: Path) -> None:
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
def test_unknown_revision_is_an_error(project: Path, name: str) -> None:
    with pytest.raises(RevisionError, match="unknown git revision"):
        Revision.before(project, name)


def test_symbolic_link_out_of_the_repository_is_refused(project: Path) -> None:
    (project / "stacks/Pulumi.evil.yaml").symlink_to("/etc/passwd")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "link")

    with pytest.raises(RevisionError, match="evil"), Revision.before(project, "HEAD").folder():
        pass


def test_folder_outside_git_is_distinguished_from_an_unknown_revision(tmp_path: Path) -> None:
    with pytest.raises(
        RevisionError, match=r"^/\S+ is not in a git repository, so there is no revision 'main'"
    ):
        Revision.before(tmp_path, "main")


def test_folder_that_the_revision_lacks_is_empty(project: Path) -> None:
    new = project / "new"
    (new / "stacks").mkdir(parents=True)
    (new / "stacks/Pulumi.edge.yaml").write_text("config: {}\n")

    with Revision.before(new, "main").folder() as then:
        assert list(then.iterdir()) == []
