import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_cluster_tools.review.changes import Action
from gpu_cluster_tools.review.review import Review, Verdict
from gpu_cluster_tools.review.revision import RevisionError
from gpu_cluster_tools.review.stack_reviews import comparison_of, reviews
from tests.today import TODAY
from tests.unit.gpu_cluster_tools.review.repository import (
    CODE,
    GRANTED,
    SITE,
    VISION,
    committed,
    git,
    project_of,
    stack_file,
    with_code,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return project_of(tmp_path / "project", site=SITE, other=SITE)


def found(project: Path, *stacks: str, against: str = "main", source: Path | None = None) -> list[Review]:
    with comparison_of(project, against, source) as both:
        return reviews(both, stacks, TODAY)


def edit(project: Path, name: str, old: str, new: str) -> None:
    file = stack_file(project, name)
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_only_affected_stacks_are_reviewed(project: Path) -> None:
    edit(project, "site", "context: 4096", "context: 8192")

    [review] = found(project)

    assert review.stack == "site"
    assert [(change.action, change.resource) for change in review.changes] == [
        (Action.UPDATE, "Deployment platform-serving-search-replicas")
    ]


def test_change_without_affected_stacks_plans_nothing(project: Path) -> None:
    assert found(project) == []


def test_named_stack_is_reviewed_without_changes(project: Path) -> None:
    [review] = found(project, "other")
    assert (review.stack, review.changes) == ("other", ())


def test_unknown_stack_is_an_error(project: Path) -> None:
    with pytest.raises(RevisionError, match=r"unknown stack sight; expected other, site"):
        found(project, "sight")


def test_folder_can_be_used_as_the_earlier_revision(project: Path, tmp_path: Path) -> None:
    (tmp_path / "then").mkdir()
    then = project_of(tmp_path / "then", site=SITE.replace("context: 4096", "context: 2048"))

    site, other = sorted(found(project, against=str(then)), key=lambda review: review.stack, reverse=True)

    assert [change.action for change in site.changes] == [Action.UPDATE]
    assert {change.action for change in other.changes} == {Action.CREATE}


def test_earlier_folder_is_planned_with_its_own_code(project: Path, tmp_path: Path) -> None:
    (tmp_path / "then").mkdir()
    then = project_of(tmp_path / "then", site=SITE)
    with_code(then, "components/gpu_cluster/config/serving.py", 'Name = "serving"', 'Name = "formerly"')

    [review] = found(project, "site", against=str(then))

    assert Action.REPLACE in {change.action for change in review.changes}


@pytest.mark.slow
def test_package_upgrade_is_planned_with_both_versions(project: Path, tmp_path: Path) -> None:
    """The earlier version is another wheel, installed with its dependencies from the package index."""
    sources = committed(tmp_path / "sources", {"notes": ""})
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CODE / name, sources)
    with_code(sources, "components/gpu_cluster/config/serving.py", 'Name = "serving"', 'Name = "formerly"')
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(project / "wheels")]
    subprocess.run(build, cwd=sources, check=True, capture_output=True)
    [wheel] = (project / "wheels").iterdir()
    (project / "requirements.txt").write_text(f"./wheels/{wheel.name}\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "earlier version")
    (project / "requirements.txt").write_text("gpu-cluster==9.9.9\n")

    [review] = found(project, "site")

    assert Action.REPLACE in {change.action for change in review.changes}


def test_uninstallable_earlier_version_is_an_error(project: Path) -> None:
    (project / "requirements.txt").write_text("--no-index\ngpu-cluster==0.0.1\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "earlier version")
    (project / "requirements.txt").write_text("gpu-cluster==0.2.0\n")

    expected = (
        r"^the version of gpu-cluster in requirements.txt of that revision cannot be installed.*==0.0.1"
    )
    with pytest.raises(RevisionError, match=expected):
        found(project, "site")


def test_changed_program_file_without_effect_has_no_changes(project: Path) -> None:
    (project / "stacks/__main__.py").write_text("from gpu_cluster.program import main\n\nmain(__file__)\n")

    assert [review.changes for review in found(project, "site")] == [()]


def test_error_in_a_stack_file_blocks_and_is_shown(project: Path) -> None:
    edit(project, "site", "pool: box", "pool: bocks")

    [review] = found(project)

    assert review.verdict is Verdict.BLOCKED
    assert review.reasons[0].words == "its stack file has 1 error"
    assert review.problems == (
        "stacks/Pulumi.site.yaml:14 gpu-cluster:serving.models.search.pool: unknown pool 'bocks',"
        " did you mean 'box'?",
    )


def test_earlier_invalid_stack_file_does_not_block(project: Path) -> None:
    edit(project, "site", "pool: box", "pool: bocks")
    git(project, "commit", "-qam", "wrong")
    edit(project, "site", "pool: bocks", "pool: box")

    [review] = found(project)

    assert {change.action for change in review.changes} == {Action.CREATE}
    assert review.missing == ("what was before: its stack file was invalid",)


def test_earlier_file_that_is_unreadable_now_is_compared_by_resources(project: Path) -> None:
    edit(project, "site", "gpu-cluster:serving:\n", "gpu-cluster:serving:\n    retired: true\n")
    git(project, "commit", "-qam", "as it was")
    serving = "components/gpu_cluster/config/serving.py"
    name = 'namespace: Name = "serving"'
    with_code(project, serving, name, f"{name}\n    retired: bool = False")
    (project / serving).unlink()
    edit(project, "site", "    retired: true\n", "")
    edit(project, "site", "context: 4096", "context: 8192")

    [review] = found(project, "site")

    assert [change.action for change in review.changes] == [Action.UPDATE]
    assert review.missing == ("what was before, without a plan: this version cannot read its stack file",)


def test_team_is_reviewed_with_a_changed_environment(project: Path) -> None:
    stack_file(project, "site").write_text(GRANTED)
    stack_file(project, "site-vision").write_text(VISION)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a team")
    edit(project, "site", "gpus: {box: 1}", "gpus: {}")

    _, vision = found(project)

    assert (vision.stack, vision.verdict) == ("site-vision", Verdict.BLOCKED)
    assert vision.reasons[0].words == "its stack file has 3 errors, although it is unchanged"


def test_deleted_stack_file_deletes_everything_and_blocks(project: Path) -> None:
    stack_file(project, "site").unlink()

    [review] = found(project)

    assert {change.action for change in review.changes} == {Action.DELETE}
    assert review.verdict is Verdict.BLOCKED


def test_new_stack_file_creates_everything(project: Path) -> None:
    stack_file(project, "new").write_text(SITE)

    [review] = found(project)

    assert review.stack == "new"
    assert {change.action for change in review.changes} == {Action.CREATE}


def test_earlier_findings_are_not_new(project: Path) -> None:
    edit(project, "site", "replicas: 1", "replicas: 2")

    [review] = found(project)

    assert not any(each.new for each in review.found)
    assert any("72-" in rule for rule in review.fixed) or review.fixed


def test_finding_names_the_line_of_the_stack_file(project: Path) -> None:
    [review] = found(project, "site")

    assert review.found
    assert all(each.where.startswith("stacks/Pulumi.site.yaml:") for each in review.found)


def test_stack_files_from_a_team_folder_are_reviewed_on_the_platform(project: Path, tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    team = committed(tmp_path / "team", {"Pulumi.vision.yaml": SITE, "README.md": "ours"})
    file = team / "Pulumi.vision.yaml"
    file.write_text(file.read_text().replace("context: 4096", "context: 8192"))

    [review] = found(project, source=team)

    assert review.stack == "vision"
    assert [change.action for change in review.changes] == [Action.UPDATE]
    assert not stack_file(project, "vision").exists()


def test_symbolic_link_as_stack_file_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    team = committed(tmp_path / "team", {"Pulumi.vision.yaml": SITE})
    (team / "Pulumi.vision.yaml").unlink()
    (team / "Pulumi.vision.yaml").symlink_to("/etc/hostname")

    with pytest.raises(RevisionError, match=r"Pulumi\.vision\.yaml is a symbolic link"):
        found(project, source=team)
