from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from gpu_cluster_tools.cli.app import app
from gpu_cluster_tools.review.comment import MARKER
from gpu_cluster_tools.review.github import GitHubRepository
from gpu_cluster_tools.review.review import as_json
from tests.unit.gpu_cluster_tools.review.test_comment import BLOCKED
from tests.unit.gpu_cluster_tools.review.test_github import GitHub


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "review.json"
    path.write_text(as_json([BLOCKED]))
    return path


def test_comment_is_printed(file: Path) -> None:
    done = CliRunner().invoke(app, ["comment", str(file)])

    assert done.exit_code == 0
    assert done.stdout.startswith(f"{MARKER}\n### gpu-cluster: 1 blocked\n")


@pytest.mark.parametrize(("home", "told"), [("team/platform", False), ("someone/platform", True)])
def test_comment_is_posted_to_the_pull_request_of_the_commit(
    file: Path, monkeypatch: pytest.MonkeyPatch, home: str, told: bool
) -> None:
    """The comment on a fork's pull request says which checks were skipped."""
    github = GitHub()
    mine = {"sha": "mine", "repo": {"full_name": home}}
    github.pulls = [{"number": 0, "head": {"sha": "theirs"}}, {"number": 7, "head": mine}]
    client = httpx2.Client(
        base_url="https://api.example.com",
        transport=httpx2.MockTransport(github),
        headers={"Authorization": "Bearer secret"},
    )
    monkeypatch.setattr(GitHubRepository, "of_workflow", lambda: GitHubRepository("team/platform", client))

    done = CliRunner().invoke(app, ["comment", str(file), "--commit", "mine"])

    assert done.exit_code == 0, done.output
    assert github.written == ["POST issues/7/comments"]
    body = github.comments[0]["body"]
    assert body.startswith(MARKER)
    assert ("a fork has no credentials" in body) is told


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["comment", str(tmp_path / "no.json")])

    assert done.exit_code == 2
    assert "cannot be read: No such file" in " ".join(done.output.replace("│", "").split())
