import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rehearsal.aws import get_token, tokens
from rehearsal.aws.eks import record
from rehearsal.aws.eks.access import admit
from rehearsal.aws.identity import SECRET, access_key

TEAM = "arn:aws:iam::123456789012:role/people/team"
NOW = datetime.now(UTC)
ARN = "arn:aws:eks:eu-west-3:123456789012:cluster/site"


@pytest.fixture(autouse=True)
def cluster(monkeypatch: pytest.MonkeyPatch) -> record.Cluster:
    """The only one, with one entry."""
    cluster = record.Cluster({"name": "site", "arn": ARN}, creator=TEAM, interfaces=[])
    admit(cluster, TEAM, groups=["research"])
    monkeypatch.setattr(record, "_CLUSTERS", {("eu-west-3", "site"): cluster})
    return cluster


def test_a_token_is_whose_access_key_signed_it() -> None:
    user = _reviewed(_token())["user"]

    assert user["username"] == "arn:aws:sts::123456789012:assumed-role/team/rehearsal"
    assert user["groups"] == ["research"]
    assert user["extra"]["canonicalArn"] == [TEAM]


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (get_token.token("other", "eu-west-3", access_key(TEAM), SECRET, NOW), "no cluster in eu-west-3"),
        (get_token.token("site", "eu-west-3", access_key(TEAM), "stolen", NOW), "signature is wrong"),
        (get_token.token("site", "eu-west-1", access_key(TEAM), SECRET, NOW), "no cluster in eu-west-1"),
        (get_token.token("site", "eu-west-3", access_key(f"{TEAM}s"), SECRET, NOW), "no access entry"),
        (
            get_token.token("site", "eu-west-3", access_key(TEAM), SECRET, NOW - timedelta(minutes=16)),
            "has expired",
        ),
        ("eyJhbGciOiJSUzI1NiJ9", "not a token of aws eks get-token"),
    ],
    ids=["of another cluster", "forged", "of another region", "of a stranger", "old", "of a service account"],
)
def test_no_other_token_is_good(token: str, why: str) -> None:
    status = _reviewed(token)

    assert not status["authenticated"]
    assert why in status["error"]


def test_without_its_entry_nobody_is_known(cluster: record.Cluster) -> None:
    del cluster.entries[TEAM]

    assert not _reviewed(_token())["authenticated"]


def test_the_aws_command_of_a_kubeconfig_prints_one() -> None:
    command = [sys.executable, "-I", "-S", get_token.__file__, "eks", "get-token"]
    done = subprocess.run(
        [*command, "--cluster-name", "site", "--region", "eu-west-3", "--output", "json"],
        env={"AWS_ACCESS_KEY_ID": access_key(TEAM), "AWS_SECRET_ACCESS_KEY": SECRET},
        capture_output=True,
        check=True,
    )

    credential = json.loads(done.stdout)
    assert credential["kind"] == "ExecCredential"
    assert _reviewed(credential["status"]["token"])["authenticated"]


def _token() -> str:
    return get_token.token("site", "eu-west-3", access_key(TEAM), SECRET, NOW)


def _reviewed(token: str) -> dict[str, Any]:
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    return tokens.review(asked)["status"]
