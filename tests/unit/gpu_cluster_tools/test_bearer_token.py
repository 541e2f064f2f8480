import pytest

from gpu_cluster_tools.bearer_token import authorization
from gpu_cluster_tools.review.github import GitHubError, GitHubRepository
from gpu_cluster_tools.usage.prometheus import BEARER, prometheus_at

INVALID = ["sec\nret", "secr\xe9t", "sec ret", "\x7fsecret"]


def test_line_end_of_a_token_is_removed() -> None:
    assert authorization("TOKEN", "secret\n") == "Bearer secret"


@pytest.mark.parametrize("token", INVALID)
def test_invalid_token_is_reported_without_the_token(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = "expected {} to be printable ASCII characters without spaces"
    with pytest.raises(GitHubError, match=f"^{message.format('GITHUB_TOKEN')}$"):
        GitHubRepository.of_workflow({"GITHUB_REPOSITORY": "team/platform", "GITHUB_TOKEN": token})
    monkeypatch.setenv(BEARER, token)
    with pytest.raises(ValueError, match=f"^{message.format(BEARER)}$"):
        prometheus_at("https://prometheus.example.com")
