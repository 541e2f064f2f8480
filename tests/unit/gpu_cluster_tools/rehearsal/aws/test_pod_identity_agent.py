"""Credentials of pods, with an API server that knows two tokens."""

from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from gpu_cluster_tools.rehearsal.aws import identity, pod_identity_agent
from gpu_cluster_tools.rehearsal.aws.eks import records
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord
from gpu_cluster_tools.rehearsal.aws.pod_identity_agent import CREDENTIALS, PodIdentityAgent

ROLE = "arn:aws:iam::123456789012:role/karpenter"
USERS = {"karpenter": "system:serviceaccount:kube-system:karpenter", "person": "alice"}


class ApiServer:
    def __init__(self, _kubeconfig: object) -> None: ...

    def create(self, path: str, review: dict[str, Any]) -> dict[str, Any]:
        assert path.endswith("/tokenreviews")
        assert review["spec"]["audiences"] == ["pods.eks.amazonaws.com"]
        user = USERS.get(review["spec"]["token"])
        return {"status": {"user": {"username": user}} if user else {"authenticated": False}}


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Client:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.touch()
    cluster = ClusterRecord({"name": "ml"}, creator="", interfaces=[])
    monkeypatch.setattr(pod_identity_agent, "KUBECONFIG", kubeconfig)
    monkeypatch.setattr(pod_identity_agent, "DynamicClient", ApiServer)
    monkeypatch.setattr(records, "clusters", lambda: [("eu-central-1", cluster)])
    cluster.identities["a-1"] = {
        "namespace": "kube-system",
        "serviceAccount": "karpenter",
        "roleArn": ROLE,
    }

    @Request.application
    def account(_request: Request) -> Response:
        return Response("the account")

    return Client(PodIdentityAgent(account))


def test_pod_gets_credentials_of_its_service_account_role(agent: Client) -> None:
    answer = agent.get(CREDENTIALS, headers={"Authorization": "karpenter"}).get_json()

    assert identity.principal_of(answer["AccessKeyId"]) == ROLE
    assert {"SecretAccessKey", "Token", "Expiration"} <= answer.keys()


@pytest.mark.parametrize("token", ["person", "nobody", ""])
def test_invalid_token_gets_no_credentials(agent: Client, token: str) -> None:
    answer = agent.get(CREDENTIALS, headers={"Authorization": token})

    assert answer.status_code == 400
    assert answer.get_json()["code"] == "AccessDeniedException"


def test_service_account_without_association_gets_no_credentials(
    agent: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(USERS, "karpenter", "system:serviceaccount:kube-system:other")

    answer = agent.get(CREDENTIALS, headers={"Authorization": "karpenter"})

    assert answer.status_code == 400
    assert "kube-system/other has no pod identity association" in answer.get_json()["message"]


def test_other_paths_are_forwarded_to_the_account(agent: Client) -> None:
    assert agent.get("/v1/other").get_data() == b"the account"
