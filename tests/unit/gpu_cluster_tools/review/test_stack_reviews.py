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


def test_only_the_stacks_that_are_touched_are_reviewed(project: Path) -> None:
    edit(project, "site", "context: 4096", "context: 8192")

    [review] = found(project)

    assert review.stack == "site"
    assert [(change.action, change.resource) for change in review.changes] == [
        (Action.UPDATE, "Deployment platform-serving-search-replicas")
    ]


def test_where_nothing_is_touched_nothing_is_planned(project: Path) -> None:
    assert found(project) == []


def test_a_stack_can_be_named_all_the_same(project: Path) -> None:
    [review] = found(project, "other")
    assert (review.stack, review.changes) == ("other", ())


def test_a_name_that_is_no_stack_is_refused(project: Path) -> None:
    with pytest.raises(RevisionError, match=r"unknown stack sight; expected other, site"):
        found(project, "sight")


def test_another_checkout_can_stand_for_what_was_before(project: Path, tmp_path: Path) -> None:
    (tmp_path / "then").mkdir()
    then = project_of(tmp_path / "then", site=SITE.replace("context: 4096", "context: 2048"))

    site, other = sorted(found(project, against=str(then)), key=lambda review: review.stack, reverse=True)

    assert [change.action for change in site.changes] == [Action.UPDATE]
    assert {change.action for change in other.changes} == {Action.CREATE}


def test_another_checkout_is_planned_by_its_own_code(project: Path, tmp_path: Path) -> None:
    (tmp_path / "then").mkdir()
    then = project_of(tmp_path / "then", site=SITE)
    with_code(then, "components/gpu_cluster/config/serving.py", 'Name = "serving"', 'Name = "formerly"')

    [review] = found(project, "site", against=str(then))

    assert Action.REPLACE in {change.action for change in review.changes}


@pytest.mark.slow
def test_an_upgrade_of_a_project_is_planned_by_both_versions(project: Path, tmp_path: Path) -> None:
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


def test_an_earlier_version_that_cannot_be_installed_says_why(project: Path) -> None:
    (project / "requirements.txt").write_text("--no-index\ngpu-cluster==0.0.1\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "earlier version")
    (project / "requirements.txt").write_text("gpu-cluster==0.2.0\n")

    expected = (
        r"^the version of gpu-cluster in requirements.txt of that revision cannot be installed.*==0.0.1"
    )
    with pytest.raises(RevisionError, match=expected):
        found(project, "site")


def test_a_changed_program_file_of_a_project_is_planned_as_it_is(project: Path) -> None:
    (project / "stacks/__main__.py").write_text("from gpu_cluster.program import main\n\nmain(__file__)\n")

    assert [review.changes for review in found(project, "site")] == [()]


def test_an_error_in_a_stack_file_blocks_and_is_shown(project: Path) -> None:
    edit(project, "site", "pool: box", "pool: bocks")

    [review] = found(project)

    assert review.verdict is Verdict.BLOCKED
    assert review.reasons[0].words == "its stack file has 1 error"
    assert review.problems == (
        "stacks/Pulumi.site.yaml:14 gpu-cluster:serving.models.search.pool: unknown pool 'bocks',"
        " did you mean 'box'?",
    )


def test_what_was_wrong_before_is_no_reason_to_fail(project: Path) -> None:
    edit(project, "site", "pool: box", "pool: bocks")
    git(project, "commit", "-qam", "wrong")
    edit(project, "site", "pool: bocks", "pool: box")

    [review] = found(project)

    assert {change.action for change in review.changes} == {Action.CREATE}
    assert review.missing == ("what was before: its stack file was invalid",)


def test_a_file_that_is_read_no_more_is_still_compared_by_its_resources(project: Path) -> None:
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


def test_a_team_is_reviewed_with_the_environment_that_it_stands_on(project: Path) -> None:
    stack_file(project, "site").write_text(GRANTED)
    stack_file(project, "site-vision").write_text(VISION)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a team")
    edit(project, "site", "gpus: {box: 1}", "gpus: {}")

    _, vision = found(project)

    assert (vision.stack, vision.verdict) == ("site-vision", Verdict.BLOCKED)
    assert vision.reasons[0].words == "its stack file has 3 errors, although it is unchanged"


def test_a_stack_that_goes_loses_everything(project: Path) -> None:
    stack_file(project, "site").unlink()

    [review] = found(project)

    assert {change.action for change in review.changes} == {Action.DELETE}
    assert review.verdict is Verdict.BLOCKED


def test_a_stack_that_comes_creates_everything(project: Path) -> None:
    stack_file(project, "new").write_text(SITE)

    [review] = found(project)

    assert review.stack == "new"
    assert {change.action for change in review.changes} == {Action.CREATE}


def test_what_was_found_before_is_not_new(project: Path) -> None:
    edit(project, "site", "replicas: 1", "replicas: 2")

    [review] = found(project)

    assert not any(each.new for each in review.found)
    assert any("72-" in rule for rule in review.fixed) or review.fixed


def test_a_finding_says_where_it_comes_from(project: Path) -> None:
    [review] = found(project, "site")

    assert review.found
    assert all(each.where.startswith("stacks/Pulumi.site.yaml:") for each in review.found)


def test_stack_files_of_a_team_are_laid_into_the_platform(project: Path, tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    team = committed(tmp_path / "team", {"Pulumi.vision.yaml": SITE, "README.md": "ours"})
    file = team / "Pulumi.vision.yaml"
    file.write_text(file.read_text().replace("context: 4096", "context: 8192"))

    [review] = found(project, source=team)

    assert review.stack == "vision"
    assert [change.action for change in review.changes] == [Action.UPDATE]
    assert not stack_file(project, "vision").exists()


def test_a_stack_file_that_leads_elsewhere_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    team = committed(tmp_path / "team", {"Pulumi.vision.yaml": SITE})
    (team / "Pulumi.vision.yaml").unlink()
    (team / "Pulumi.vision.yaml").symlink_to("/etc/hostname")

    with pytest.raises(RevisionError, match=r"Pulumi\.vision\.yaml is a symbolic link"):
        found(project, source=team)
