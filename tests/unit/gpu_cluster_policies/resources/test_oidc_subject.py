"""OIDC token subjects must name one workload, or one branch of one repository."""

import pytest

from gpu_cluster_policies.resources.oidc_subject import is_bound, wanted_of

GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
GITLAB = "arn:aws:iam::111122223333:oidc-provider/gitlab.example.com"
EKS = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC"
OTHER = "arn:aws:iam::111122223333:oidc-provider/oidc.circleci.com/org/1"


@pytest.mark.parametrize(
    ("issuer", "pattern", "bound"),
    [
        *(
            (GITHUB, pattern, False)
            for pattern in (
                "*",
                "r*",
                "repo:*",
                "repo:*:*",
                "repo:my-org*",
                "repo:my-org/*",
                "repo:my-org/*:ref:refs/heads/main",
                "repo:*/repo:ref:refs/heads/main",
                "repo:my-org/repo*:ref:refs/heads/main",
                "repo:my-org/repo:*",
                "repo:my-org/repo:ref:*",
                "repo:my-org/repo:ref:refs/*",
                "repo:my-org/repo:ref:refs/heads/*",
                "repo:my-org/repo:ref:refs/tags/?",
                "repo:my-org/repo:environment:*",
                "*:ref:refs/heads/main",
                "????:my-org/repo:ref:refs/heads/main",
                "",
            )
        ),
        (GITHUB, "repo:my-org/repo:ref:refs/heads/main", True),
        (GITHUB, "repo:my-org/repo:ref:refs/heads/release/*", True),
        (GITHUB, "repo:my-org/repo:ref:refs/tags/v*", True),
        (GITHUB, "repo:my-org/repo:pull_request", True),
        (GITLAB, "project_path:*", False),
        (GITLAB, "project_path:group/*:ref_type:branch:ref:main", False),
        (GITLAB, "project_path:group/project:*", False),
        (GITLAB, "project_path:group/project:ref_type:branch:ref:*", False),
        (GITLAB, "project_path:group/project:ref_type:*:ref:main", False),
        (GITLAB, "project_path:group/sub/project:ref_type:tag:ref:v*", True),
        (EKS, "system:serviceaccount:team:*", False),
        (EKS, "system:serviceaccount:*:train", False),
        (EKS, "*", False),
        (EKS, "system:serviceaccount:team:train", True),
        (OTHER, "system:serviceaccount:*:train", False),
        (OTHER, "org/1/*", False),
        (OTHER, "org/1/project/*", False),
        (OTHER, "org/1/project/2/user/*", True),
    ],
)
def test_wildcard_is_accepted_only_after_owner_repository_and_branch(
    issuer: str, pattern: str, bound: bool
) -> None:
    assert is_bound(issuer, pattern, expands=True) is bound


def test_star_is_literal_in_string_equals_conditions() -> None:
    assert is_bound(GITHUB, "repo:my-org/repo:*", expands=False)
    assert not is_bound(EKS, "system:serviceaccount:team:*", expands=False)


def test_expected_subject_uses_the_format_of_the_issuer() -> None:
    assert wanted_of(EKS, []).startswith("one service account")
    assert wanted_of(OTHER, ["system:serviceaccount:*"]).startswith("one service account")
    assert "repo:<org>/<repo>" in wanted_of(GITHUB, [])
    assert "project_path:" in wanted_of(GITLAB, ["project_path:*"])
    assert "owner and project" in wanted_of(OTHER, [])
