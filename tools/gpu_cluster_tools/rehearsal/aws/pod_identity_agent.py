"""The EKS Pod Identity Agent: credentials of the role that the service account of a pod has."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import httpx2
from werkzeug.wrappers import Response

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.eks import records
from gpu_cluster_tools.rehearsal.aws.eks.endpoint import KUBECONFIG
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient

CREDENTIALS = "/v1/credentials"
"""Path of the agent on each node, and the name of no bucket. Source: github.com/aws/eks-pod-identity-agent,
README, 2026-11-29."""

AUDIENCE = "pods.eks.amazonaws.com"
"""Audience of the tokens of pods."""

_VALID = timedelta(hours=6)
_PREFIX = "system:serviceaccount:"


class PodIdentityAgent:
    """An application in front of the account's API that answers pods as their node's agent does.

    PodIdentityAgent(account)
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != CREDENTIALS:
            return self._application(environ, start_response)
        return _answer(environ.get("HTTP_AUTHORIZATION", ""))(environ, start_response)


def _answer(token: str) -> Response:
    user = _user(token)
    if not user.startswith(_PREFIX):
        return _refused("AccessDeniedException", f"the token is none of a pod with audience {AUDIENCE}")
    namespace, account = user.removeprefix(_PREFIX).split(":")
    role = _role(namespace, account)
    if role is None:
        words = f"service account {namespace}/{account} has no pod identity association"
        return _refused("ResourceNotFoundException", words)
    answer = {
        "AccessKeyId": identity.access_key(role),
        "SecretAccessKey": identity.SECRET,
        "Token": "emulated",
        "AccountId": role.split(":")[4],
        "Expiration": (datetime.now(UTC) + _VALID).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return Response(json.dumps(answer), content_type="application/json")


def _user(token: str) -> str:
    """User of the token by the API server's review; empty for an unknown token."""
    review = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": token, "audiences": [AUDIENCE]},
    }
    if not KUBECONFIG.exists():
        return ""
    try:
        found = DynamicClient(KUBECONFIG).create("/apis/authentication.k8s.io/v1/tokenreviews", review)
    except httpx2.HTTPError:
        return ""
    return found["status"].get("user", {}).get("username", "")


def _role(namespace: str, account: str) -> str | None:
    associations = (each for _, cluster in records.clusters() for each in cluster.identities.values())
    wanted = (namespace, account)
    return next(
        (it["roleArn"] for it in associations if (it["namespace"], it["serviceAccount"]) == wanted), None
    )


def _refused(code: str, words: str) -> Response:
    return Response(
        json.dumps({"code": code, "message": words}), HTTPStatus.BAD_REQUEST, content_type="application/json"
    )
