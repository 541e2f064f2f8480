import json
from typing import Any

import httpx2
import pytest

from gpu_cluster_tools.review.github import GitHubError, GitHubRepository, PullRequest

MARKER = "<!-- marker -->"
BOT, PERSON = {"type": "Bot"}, {"type": "User"}


class GitHub:
    """Calls to GitHub with a token that may write."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.pulls: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.refuses: httpx2.Response | None = None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        assert request.headers["Authorization"] == "Bearer secret"
        path = request.url.path.removeprefix("/repos/team/platform/")
        self.asked.append(f"{request.method} {path}")
        if self.refuses:
            return self.refuses
        body: dict[str, Any] = json.loads(request.content or "{}")
        kind = path.rpartition("/")[2] if request.method != "PATCH" else path.split("/")[-2]
        found: list[dict[str, Any]] = getattr(self, kind)
        if request.method == "GET":
            first = (int(request.url.params["page"]) - 1) * int(request.url.params["per_page"])
            return httpx2.Response(200, json=found[first : first + int(request.url.params["per_page"])])
        if request.method == "POST":
            found.append(body | {"id": len(found), "number": len(found), "user": BOT, "state": "open"})
            return httpx2.Response(201, json={})
        [edited] = [each for each in found if str(each["id"]) == path.rpartition("/")[2]]
        edited |= body
        return httpx2.Response(200, json={})

    @property
    def written(self) -> list[str]:
        return [each for each in self.asked if not each.startswith("GET")]


@pytest.fixture
def github() -> GitHub:
    return GitHub()


@pytest.fixture
def there(github: GitHub) -> GitHubRepository:
    client = httpx2.Client(
        base_url="https://api.example.com",
        transport=httpx2.MockTransport(github),
        headers={"Authorization": "Bearer secret"},
    )
    return GitHubRepository("team/platform", client)


def test_first_comment_is_created(github: GitHub, there: GitHubRepository) -> None:
    there.put_comment(7, f"{MARKER}\nfine", MARKER)

    assert github.written == ["POST issues/7/comments"]
    assert github.comments[0]["body"] == f"{MARKER}\nfine"


def test_next_comment_replaces_the_first(github: GitHub, there: GitHubRepository) -> None:
    there.put_comment(7, f"{MARKER}\nfine", MARKER)
    there.put_comment(7, f"{MARKER}\nblocked", MARKER)

    assert [each["body"] for each in github.comments] == [f"{MARKER}\nblocked"]


def test_unchanged_comment_is_not_written(github: GitHub, there: GitHubRepository) -> None:
    there.put_comment(7, f"{MARKER}\nfine", MARKER)
    there.put_comment(7, f"{MARKER}\nfine", MARKER)

    assert len(github.written) == 1


def test_comment_is_found_on_a_later_page(github: GitHub, there: GitHubRepository) -> None:
    github.comments = [{"id": n, "user": PERSON, "body": "a word"} for n in range(250)]
    github.comments.append({"id": 250, "user": BOT, "body": f"{MARKER}\nfine"})

    there.put_comment(7, f"{MARKER}\nblocked", MARKER)

    assert github.written == ["PATCH issues/comments/250"]


def test_comment_of_a_person_is_never_edited(github: GitHub, there: GitHubRepository) -> None:
    github.comments = [
        {"id": 0, "user": PERSON, "body": f"{MARKER}\nmine"},
        {"id": 1, "user": None, "body": None},
    ]

    there.put_comment(7, f"{MARKER}\nfine", MARKER)

    assert github.comments[0]["body"] == f"{MARKER}\nmine"
    assert github.written == ["POST issues/7/comments"]


def test_pull_request_is_found_by_its_head_commit(github: GitHub, there: GitHubRepository) -> None:
    home = {"full_name": "team/platform"}
    github.pulls = [{"number": n, "head": {"sha": f"commit-{n}", "repo": home}} for n in range(130)]

    assert there.pull_request_of("commit-120") == PullRequest(120, from_fork=False)


@pytest.mark.parametrize("home", [{"full_name": "someone/platform"}, None])
def test_pull_request_of_a_fork_is_detected(
    github: GitHub, there: GitHubRepository, home: dict[str, str] | None
) -> None:
    github.pulls = [{"number": 1, "head": {"sha": "theirs", "repo": home}}]

    assert there.pull_request_of("theirs") == PullRequest(1, from_fork=True)


def test_commit_without_an_open_pull_request_is_an_error(github: GitHub, there: GitHubRepository) -> None:
    github.pulls = [{"number": 1, "head": {"sha": "other"}}]

    with pytest.raises(GitHubError, match="no open pull request of team/platform has head commit mine"):
        there.pull_request_of("mine")


def test_drift_issue_is_opened_edited_and_closed(github: GitHub, there: GitHubRepository) -> None:
    there.close_issue(MARKER)
    there.put_issue("prod has drifted", f"{MARKER}\none", MARKER)
    there.put_issue("prod has drifted", f"{MARKER}\ntwo", MARKER)
    there.close_issue(MARKER)

    [issue] = github.issues
    assert github.written == ["POST issues", "PATCH issues/0", "PATCH issues/0"]
    assert (issue["body"], issue["state"]) == (f"{MARKER}\ntwo", "closed")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            httpx2.Response(403, json={"message": "Resource not accessible by integration"}),
            "403: Resource not",
        ),
        (httpx2.Response(502, text="<html>bad gateway</html>"), "502: <html>bad gateway"),
    ],
)
def test_error_contains_githubs_message(
    github: GitHub, there: GitHubRepository, answer: httpx2.Response, words: str
) -> None:
    github.refuses = answer

    with pytest.raises(GitHubError, match=f"GET issues/7/comments: GitHub answered {words}"):
        there.put_comment(7, "fine", MARKER)


def test_missing_workflow_variables_are_named() -> None:
    with pytest.raises(GitHubError, match="not set: GITHUB_REPOSITORY and GITHUB_TOKEN"):
        GitHubRepository.of_workflow({})


def test_repository_is_read_from_workflow_variables() -> None:
    there = GitHubRepository.of_workflow(
        {
            "GITHUB_REPOSITORY": "a/b",
            "GITHUB_TOKEN": "t",
            "GITHUB_API_URL": "https://github.example.com/api/v3",
        }
    )
    assert there.name == "a/b"
    assert str(there.client.base_url) == "https://github.example.com/api/v3/"


def test_answer_without_json_is_an_error(github: GitHub, there: GitHubRepository) -> None:
    github.refuses = httpx2.Response(200, html="<html>sign in</html>")
    with pytest.raises(GitHubError, match=r"^GET issues: api\.example\.com answered without JSON$"):
        there.close_issue(MARKER)
