"""A repository on GitHub: the one comment on a pull request, and the one issue about a stack."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# (answers are any JSON)

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from gpu_cluster_tools.bearer_token import authorization

_PAGE = 100
_MOST_PAGES = 10
_SECONDS = 30
_VARIABLES = ("GITHUB_REPOSITORY", "GITHUB_TOKEN")


@dataclass(frozen=True, slots=True)
class PullRequest:
    number: int
    from_fork: bool


class GitHubError(Exception):
    """An error of GitHub, or of a request that lacks something."""


@dataclass(frozen=True)
class GitHubRepository:
    """A GitHub repository, accessed from its workflow.

    there = GitHubRepository.of_workflow()
    there.put_comment(there.pull_request_of(commit).number, body, MARKER)
    """

    name: str
    """`owner/name`."""

    client: httpx2.Client

    @classmethod
    def of_workflow(cls, environment: Mapping[str, str] = os.environ) -> "GitHubRepository":
        """Repository from the variables of a workflow. `GitHubError` if one is missing."""
        missing = [name for name in _VARIABLES if not environment.get(name)]
        if missing:
            raise GitHubError(f"not set: {' and '.join(missing)}, which GitHub workflows set")
        name, token = (environment[variable] for variable in _VARIABLES)
        try:
            authorized = authorization(_VARIABLES[1], token)
        except ValueError as error:
            raise GitHubError(str(error)) from None
        client = httpx2.Client(
            base_url=environment.get("GITHUB_API_URL", "https://api.github.com"),
            headers={"Authorization": authorized, "Accept": "application/vnd.github+json"},
            timeout=_SECONDS,
        )
        return cls(name, client)

    def pull_request_of(self, commit: str) -> PullRequest:
        """The open pull request, from a fork or not, that ends in this commit.

        `GitHubError` if there is none: it was closed, or has new commits.
        """
        for pull in self._pages("pulls", state="open", sort="updated", direction="desc"):
            if pull["head"]["sha"] == commit:
                home = (pull["head"].get("repo") or {}).get("full_name")  # a fork may be gone by now
                return PullRequest(pull["number"], from_fork=home != self.name)
        raise GitHubError(f"no open pull request of {self.name} has head commit {commit}")

    def put_comment(self, number: int, body: str, marker: str) -> None:
        """Edit the comment of this program that begins with the marker, or write it."""
        comments = self._pages(f"issues/{number}/comments")
        own = next((each for each in comments if _is_own(each, marker)), None)
        if own is None:
            self._ask("POST", f"issues/{number}/comments", {"body": body})
        elif own["body"] != body:
            self._ask("PATCH", f"issues/comments/{own['id']}", {"body": body})

    def put_issue(self, title: str, body: str, marker: str) -> None:
        """Edit the open issue of this program that begins with the marker, or open it."""
        own = self._issue(marker)
        if own is None:
            self._ask("POST", "issues", {"title": title, "body": body})
        elif own["body"] != body:
            self._ask("PATCH", f"issues/{own['number']}", {"title": title, "body": body})

    def close_issue(self, marker: str) -> None:
        """Close the issue that begins with the marker, if one is open."""
        own = self._issue(marker)
        if own:
            self._ask("PATCH", f"issues/{own['number']}", {"state": "closed", "state_reason": "completed"})

    def _issue(self, marker: str) -> Mapping[str, Any] | None:
        issues = self._pages("issues", state="open", creator="app/github-actions")
        return next((each for each in issues if _is_own(each, marker)), None)

    def _pages(self, path: str, **query: str) -> Iterator[Mapping[str, Any]]:
        for page in range(1, _MOST_PAGES + 1):
            found = self._ask("GET", path, query=query | {"per_page": str(_PAGE), "page": str(page)})
            yield from found
            if len(found) < _PAGE:
                return

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        try:
            answer = self.client.request(method, f"/repos/{self.name}/{path}", json=body, params=query)
        except httpx2.HTTPError as error:
            raise GitHubError(f"{method} {path}: {error}") from None
        if answer.is_error:
            raise GitHubError(f"{method} {path}: GitHub answered {answer.status_code}: {_words(answer)}")
        try:
            return answer.json()
        except ValueError:
            raise GitHubError(f"{method} {path}: {answer.url.host} answered without JSON") from None


def _is_own(written: Mapping[str, Any], marker: str) -> bool:
    """Own comment with the marker; comments of people are never edited."""
    by_program = (written.get("user") or {}).get("type") == "Bot"
    return by_program and (written.get("body") or "").startswith(marker)


def _words(answer: httpx2.Response) -> str:
    read: Callable[[], Any] = answer.json
    try:
        return str(read()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]
