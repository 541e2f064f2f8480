import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli.app import app
from gpu_cluster_tools.review.comment import MARKER
from tests.unit.gpu_cluster_tools.review.repository import SITE, VISION, project_of, stack_file


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return project_of(tmp_path, site=SITE, other=SITE)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["review", "--against", "main", *arguments])


def edit(project: Path, old: str, new: str) -> None:
    file = stack_file(project, "site")
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_review_without_changes_affects_no_stack(project: Path) -> None:
    done = run()

    assert done.exit_code == 0
    assert done.stdout.startswith(f"{MARKER}\n### gpu-cluster: no stack is affected\n")


def test_error_in_stack_file_is_in_the_comment_with_exit_code_2(project: Path) -> None:
    edit(project, "pool: box", "pool: bocks")

    done = run()

    assert done.exit_code == 2
    assert "did you mean 'box'?" in done.stdout


def test_blocking_finding_exits_with_1(project: Path) -> None:
    stack_file(project, "site").unlink()

    assert run().exit_code == 1


def test_comment_from_json_equals_the_review_output(project: Path, tmp_path: Path) -> None:
    edit(project, "context: 4096", "context: 8192")
    file = tmp_path / "review.json"

    shown = run()
    written = run("--format", "json", "--output", str(file))

    assert [each["stack"] for each in json.loads(file.read_text())] == ["site"]
    assert written.stdout.startswith("site: ")
    assert CliRunner().invoke(app, ["comment", str(file)]).stdout == shown.stdout


def test_names_of_affected_stacks_need_no_plan(project: Path) -> None:
    edit(project, "pool: box", "pool: bocks")
    stack_file(project, "site-vision").write_text(VISION)
    stack_file(project, "other").unlink()

    done = run("--format", "names")

    assert (done.exit_code, done.stdout) == (0, "site\nsite-vision\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--against", "nowhere"], "unknown git revision 'nowhere'"),
        (["sight"], "unknown stack sight; expected other, site"),
    ],
)
def test_unknown_revision_or_stack_is_an_error(project: Path, arguments: list[str], words: str) -> None:
    done = run(*arguments)

    assert words in str(done.exception)


def test_unwritable_output_file_is_an_error(project: Path) -> None:
    done = run("--output", "no/such/folder")

    assert done.exit_code == 2
    assert "cannot be written: No such file" in " ".join(done.output.replace("│", "").split())
