import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws import get_token, token_review
from gpu_cluster_tools.rehearsal.aws.eks import records
from gpu_cluster_tools.rehearsal.aws.eks.access import admit
from gpu_cluster_tools.rehearsal.aws.identity import SECRET, access_key

TEAM = "arn:aws:iam::123456789012:role/people/team"
ARN = "arn:aws:eks:eu-west-3:123456789012:cluster/site"


@pytest.fixture(autouse=True)
def cluster(monkeypatch: pytest.MonkeyPatch) -> records.ClusterRecord:
    """The only cluster, with one access entry."""
    cluster = records.ClusterRecord({"name": "site", "arn": ARN}, creator=TEAM, interfaces=[])
    admit(cluster, TEAM, groups=["research"])
    monkeypatch.setattr(records, "_CLUSTERS", {("eu-west-3", "site"): cluster})
    return cluster


def test_token_identifies_the_principal_of_its_access_key() -> None:
    user = _reviewed(_token())["user"]

    assert user["username"] == "arn:aws:sts::123456789012:assumed-role/team/rehearsal"
    assert user["groups"] == ["research"]
    assert user["extra"]["canonicalArn"] == [TEAM]


@pytest.mark.parametrize(
    ("differs", "why"),
    [
        ({"cluster": "other"}, "no cluster in eu-west-3"),
        ({"secret": "stolen"}, "signature is wrong"),
        ({"region": "eu-west-1"}, "no cluster in eu-west-1"),
        ({"principal": f"{TEAM}s"}, "no access entry"),
        ({"minutes": 16}, "has expired"),
    ],
    ids=["of another cluster", "forged", "of another region", "of a stranger", "old"],
)
def test_invalid_token_is_rejected(differs: dict[str, Any], why: str) -> None:
    status = _reviewed(_token(**differs))

    assert not status["authenticated"]
    assert why in status["error"]


def test_service_account_token_is_rejected() -> None:
    status = _reviewed("eyJhbGciOiJSUzI1NiJ9")

    assert not status["authenticated"]
    assert "not a token of aws eks get-token" in status["error"]


def test_principal_without_access_entry_is_rejected(cluster: records.ClusterRecord) -> None:
    del cluster.entries[TEAM]

    assert not _reviewed(_token())["authenticated"]


def test_kubeconfig_command_prints_a_valid_token() -> None:
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


def _token(
    *,
    cluster: str = "site",
    region: str = "eu-west-3",
    principal: str = TEAM,
    secret: str = SECRET,
    minutes: int = 0,
) -> str:
    """A token of this age in minutes."""
    signed = datetime.now(UTC) - timedelta(minutes=minutes)
    return get_token.token(cluster, region, access_key(principal), secret, signed)


def _reviewed(token: str) -> dict[str, Any]:
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    return token_review.review(asked)["status"]
