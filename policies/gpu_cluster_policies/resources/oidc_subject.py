"""Subjects of OIDC tokens, as trust policies of IAM roles compare them.

Sources, read 2026-11-29: GitHub docs, OpenID Connect reference, example subject claims
(https://docs.github.com/en/actions/reference/security/oidc); GitLab docs, ID token payload
(https://docs.gitlab.com/ci/secrets/id_token_authentication/); Amazon EKS user guide, IAM roles for service
accounts (https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html).
"""

from __future__ import annotations

import re

_WILD = re.compile(r"[*?]")
_ACCOUNT = re.compile(r"system:serviceaccount:[^:*?]+:[^:*?]+")
_NAME = r"[^:/*?]+"
_BRANCH = r"(?:refs/(?:heads|tags)/)[^*?]+[*?]?.*"  # release/* is a set of branches, * is any of them
_GITHUB = re.compile(rf"repo:{_NAME}/{_NAME}:(?:ref:{_BRANCH}|[^*?]+)")
_GITLAB = re.compile(rf"project_path:{_NAME}(?:/{_NAME})+:ref_type:(?:branch|tag):ref:[^*?]+[*?]?.*")
_LITERALS = 4  # organization:acme:project:site: what follows is a run, a step or a user of it

_SERVICE_ACCOUNT = "one service account: system:serviceaccount:<namespace>:<name>"
_OF_GITHUB = "a repository, and a branch, tag or environment of it: repo:<org>/<repo>:ref:refs/heads/<branch>"
_OF_GITLAB = "a project and a branch or tag: project_path:<group>/<project>:ref_type:branch:ref:<branch>"
_OF_OTHERS = "a subject with a named owner and project"


def wanted_of(issuer: str, patterns: list[str]) -> str:
    """Expected subject of a token of the issuer with this ARN or URL."""
    if "oidc.eks." in issuer or any(it.startswith("system:serviceaccount") for it in patterns):
        return _SERVICE_ACCOUNT
    if "token.actions.githubusercontent.com" in issuer:
        return _OF_GITHUB
    return _OF_GITLAB if any(it.startswith("project_path:") for it in patterns) else _OF_OTHERS


def is_bound(issuer: str, pattern: str, *, expands: bool) -> bool:
    """Whether the subject matches only one workload, or one branch of one repository. `expands`: whether the
    condition supports the wildcards `*` and `?`, as StringLike does."""
    if "oidc.eks." in issuer or pattern.startswith("system:serviceaccount"):
        return bool(_ACCOUNT.fullmatch(pattern))
    if not expands or not _WILD.search(pattern):
        return bool(pattern)
    if "token.actions.githubusercontent.com" in issuer:
        return bool(_GITHUB.fullmatch(pattern))
    if pattern.startswith("project_path:"):
        return bool(_GITLAB.fullmatch(pattern))
    literal = _WILD.split(pattern, maxsplit=1)[0]
    return len([part for part in re.split(r"[:/|]", literal)[:-1] if part]) >= _LITERALS
