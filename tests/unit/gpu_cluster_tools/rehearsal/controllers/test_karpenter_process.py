"""Karpenter's process beside its pod, with scripted API server, account and program."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import Object
from gpu_cluster_tools.rehearsal.controllers import karpenter_process
from gpu_cluster_tools.rehearsal.controllers.karpenter_process import KarpenterProcess
from gpu_cluster_tools.rehearsal.errors import RehearsalError

ROLE = "arn:aws:iam::123456789012:role/karpenter"
RUNS = '#!/bin/sh\nenv > environment\necho "$@" > arguments\nexec sleep 600\n'
ENDS = "#!/bin/sh\necho cannot go on\nexit 1\n"
KUBECONFIG: Object = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "here",
    "clusters": [
        {"name": "here", "cluster": {"server": "https://127.0.0.1:1", "certificate-authority-data": "Y2E="}}
    ],
    "users": [{"name": "admin", "user": {}}],
    "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
}


def pod(uid: str, **more: Any) -> Object:
    container = {
        "name": "controller",
        "args": ["--verbose"],
        "env": [{"name": "CLUSTER_NAME", "value": "ml"}, {"name": "METRICS_PORT", "value": "8080"}],
    }
    return {
        "metadata": {"name": f"karpenter-{uid}", "namespace": "kube-system", "uid": uid, **more},
        "spec": {"serviceAccountName": "karpenter", "containers": [container]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


class Account:
    endpoint = "http://127.0.0.1:2"

    def __init__(self) -> None:
        self.words: list[str] = []

    def refusals(self, principal: str) -> list[str]:
        assert principal == ROLE
        return self.words


class Aws:
    region = "eu-central-1"

    def call(self, _service: str, operation: str, **_asked: Any) -> dict[str, Any]:
        return {
            "ListClusters": {"clusters": ["ml"]},
            "ListPodIdentityAssociations": {"associations": [{"associationId": "a-1"}]},
            "DescribePodIdentityAssociation": {"association": {"roleArn": ROLE}},
        }[operation]


Made = Callable[[str], KarpenterProcess]


@pytest.fixture
def pods() -> list[Object]:
    return []


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def made(
    tmp_path: Path, pods: list[Object], account: Account, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Made]:
    class ApiServer:
        def __init__(self, _kubeconfig: Path) -> None: ...

        def items(self, path: str) -> list[Object]:
            assert path.startswith("/api/v1/pods?labelSelector=")
            return pods

        def create(self, path: str, asked: Object) -> Object:
            assert path == "/api/v1/namespaces/kube-system/serviceaccounts/karpenter/token"
            audiences = ",".join(asked["spec"]["audiences"])
            return {"status": {"token": f"of {asked['spec']['boundObjectRef']['uid']} for {audiences}"}}

    monkeypatch.setattr(karpenter_process, "DynamicClient", ApiServer)
    monkeypatch.setattr(karpenter_process, "_RESTART_SECONDS", 0)
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(KUBECONFIG))
    controllers: list[KarpenterProcess] = []

    def make(script: str) -> KarpenterProcess:
        program = tmp_path / "karpenter"
        program.write_text(script)
        program.chmod(0o755)
        controllers.append(
            KarpenterProcess(program, tmp_path / "work", kubeconfig, account, Aws())  # pyright: ignore[reportArgumentType]
        )
        return controllers[-1].__enter__()

    yield make
    for each in controllers:
        each.__exit__(None, None, None)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def environment(controller: KarpenterProcess) -> dict[str, str]:
    file = controller.folder / "arguments"
    until(file.exists)
    lines = (controller.folder / "environment").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_process_has_the_environment_and_arguments_of_the_pod(made: Made, pods: list[Object]) -> None:
    pods.append(pod("1"))
    controller = made(RUNS)
    controller.attend()

    seen = environment(controller)

    assert (seen["CLUSTER_NAME"], seen["AWS_REGION"]) == ("ml", "eu-central-1")
    assert seen["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == "http://127.0.0.1:2/v1/credentials"
    assert (
        Path(seen["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]).read_text() == "of 1 for pods.eks.amazonaws.com"
    )
    assert json.loads(Path(seen["KUBECONFIG"]).read_text())["users"][0]["user"] == {"token": "of 1 for "}
    assert seen["METRICS_PORT"] != "8080", "it would meet another one on this machine"
    assert (controller.folder / "arguments").read_text() == "--verbose\n"
    assert "AWS_ACCESS_KEY_ID" not in seen


def test_one_process_runs_while_a_pod_exists(made: Made, pods: list[Object]) -> None:
    controller = made(RUNS)
    controller.attend()
    assert not controller.is_running

    pods[:] = [pod("1"), pod("2")]
    controller.attend()
    first = environment(controller)
    pods[:] = [pod("0"), pod("1"), pod("2", deletionTimestamp="now")]
    controller.attend()
    assert environment(controller) == first
    pods[:] = [pod("2", deletionTimestamp="now")]
    controller.attend()
    assert not controller.is_running


def test_repeated_exits_are_reported_with_the_last_output(made: Made, pods: list[Object]) -> None:
    pods.append(pod("1"))
    controller = made(ENDS)
    for _ in range(11):
        controller.attend()
        until(lambda: not controller.is_running)

    with pytest.raises(RehearsalError, match=r"Karpenter exited 10 times, last with:\n(  cannot go on\n?)+"):
        controller.require_all_well()


def test_denied_call_of_karpenter_is_reported(made: Made, pods: list[Object], account: Account) -> None:
    pods.append(pod("1"))
    controller = made(RUNS)
    controller.attend()
    controller.require_all_well()

    account.words = ["not authorized to perform: iam:ListInstanceProfiles"]
    controller.attend()
    account.words = [*account.words, "what comes when its role is gone"]
    pods.clear()
    controller.attend()

    assert controller.refused == ["not authorized to perform: iam:ListInstanceProfiles"]
    with pytest.raises(
        RehearsalError, match="Karpenter: not authorized to perform: iam:ListInstanceProfiles"
    ):
        controller.require_all_well()
