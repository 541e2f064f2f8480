"""Token review webhook of a cluster: user and groups from the access entry of the token's principal."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.eks import records
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord
from gpu_cluster_tools.rehearsal.aws.get_token import PREFIX, VALID, token

CALLER = "canonicalArn"
"""Key of the principal in an authenticated user's `extra`. Source: aws-iam-authenticator, 2026-08-22."""


@dataclass(frozen=True)
class DeniedError(Exception):
    """Reason why a token is rejected."""

    reason: str


def review(document: dict[str, Any]) -> dict[str, Any]:
    """A TokenReview with its status."""
    try:
        status = {"authenticated": True, "user": _user(document["spec"]["token"])}
    except DeniedError as denied:
        status = {"authenticated": False, "error": denied.reason}
    return {"apiVersion": document["apiVersion"], "kind": document["kind"], "status": status}


def _user(text: str) -> dict[str, Any]:
    cluster, key = _signed(text)
    principal = identity.principal_of(key)
    entry = cluster.entries.get(principal)
    if entry is None:
        raise DeniedError(f"{principal} has no access entry in cluster {cluster.name}")
    words = {
        "{{SessionName}}": identity.SESSION,
        "{{SessionNameRaw}}": identity.SESSION,
        "{{AccountID}}": principal.split(":")[4],
    }
    username: str = entry["username"]
    for word, meaning in words.items():
        username = username.replace(word, meaning)
    extra = {
        "arn": [identity.session_of(principal)],
        CALLER: [principal],
        "accessKeyId": [key],
        "sessionName": [identity.SESSION],
    }
    uid = f"aws-iam-authenticator:{principal.split(':')[4]}:{principal.rpartition('/')[2]}"
    return {"username": username, "uid": uid, "groups": entry["kubernetesGroups"], "extra": extra}


def _signed(text: str) -> tuple[ClusterRecord, str]:
    """The cluster that a token is for, and the access key that it is signed with."""
    try:
        encoded = text.removeprefix(PREFIX)
        url = urlsplit(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
        query = parse_qs(url.query, strict_parsing=True)
        key, _, region, _, _ = query["X-Amz-Credential"][0].split("/")
        at = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except (KeyError, ValueError) as error:
        raise DeniedError("not a token of aws eks get-token") from error
    if abs(datetime.now(UTC) - at) > VALID:
        raise DeniedError("the token has expired")
    for cluster in records.clusters_in(region).values():
        if token(cluster.name, region, key, identity.SECRET, at) == text:
            return cluster, key
    raise DeniedError(f"the token is for no cluster in {region}, or its signature is wrong")
