"""On-call by the real engine on a real API server, which says what its members and their tokens may do."""

import json
from collections.abc import Iterator

import pytest
import yaml

from gpu_cluster_tools.rehearsal import Sandbox
from tests.rehearsal.identity import Identity
from tests.rehearsal.refusals import Try
from tests.rehearsal.site import run, site_sandbox
from tests.rehearsal.within import within

pytestmark = pytest.mark.engine

SITE = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: /nowhere/kubeconfig}
  gpu-cluster:gpu: {devicePlugin: false}
  gpu-cluster:telemetry: {enabled: false}
  gpu-cluster:pools:
    system: {machine: {cpus: 8, memory: 32Gi}, nodes: 1}
    l4: {machine: {cpus: 16, memory: 64Gi, gpu: L4, gpus: 1}, nodes: 1}
  gpu-cluster:teams:
    vision: {gpus: {l4: 1}, members: [jo@example.com]}
  gpu-cluster:onCall: {members: ["group:sre"], breakGlassMinutes: 20}
"""
TOKEN = "/api/v1/namespaces/on-call/serviceaccounts/break-glass-vision/token"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with site_sandbox(tmp_path_factory.mktemp("on-call"), SITE) as sandbox:
        run(sandbox, "up")
        yield sandbox


@pytest.fixture(scope="module")
def member(sandbox: Sandbox) -> Identity:
    """A member of the on-call group."""
    return _admitted(sandbox, user="kim@example.com", group="sre")


def _admitted(sandbox: Sandbox, *, user: str, group: str) -> Identity:
    path = sandbox.folder / f"{group}.kubeconfig"
    sandbox.control_plane.admit(path, user=user, group=group)
    return Identity(path)


def _with_token(sandbox: Sandbox, token: str) -> Identity:
    path = sandbox.folder / "token.kubeconfig"
    config = yaml.safe_load(sandbox.control_plane.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": token}
    path.write_text(yaml.safe_dump(config))
    return Identity(path)


def _may(who: Identity, verb: str, resource: str, namespace: str) -> bool:
    kind, _, below = resource.partition("/")
    attributes = {"verb": verb, "resource": kind, "subresource": below, "namespace": namespace}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    status, words = who.attempt(
        Try("review", "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
    )
    assert status == 201, words
    return json.loads(words)["status"]["allowed"]


def _token_for(minutes: int) -> Try:
    spec = {"expirationSeconds": minutes * 60}
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    return Try("a token", "POST", TOKEN, body)


def test_a_member_reads_logs_and_has_neither_a_shell_nor_secrets(member: Identity) -> None:
    assert _may(member, "get", "pods/log", "vision")
    assert _may(member, "list", "events", "vision")
    for verb, resource in (("create", "pods/exec"), ("get", "secrets"), ("get", "configmaps")):
        assert not _may(member, verb, resource, "vision")


def test_a_token_opens_a_shell_in_its_namespace_alone(sandbox: Sandbox, member: Identity) -> None:
    status, words = member.attempt(_token_for(20))
    assert status == 201, words
    broken_glass = _with_token(sandbox, json.loads(words)["status"]["token"])
    assert _may(broken_glass, "create", "pods/exec", "vision")
    assert not _may(broken_glass, "create", "pods/exec", "kube-system")
    assert not _may(broken_glass, "get", "secrets", "vision")
    assert not _may(broken_glass, "create", "serviceaccounts/token", "on-call")


@pytest.mark.parametrize("minutes", [21, 60, 24 * 60])
def test_a_token_is_never_valid_longer(member: Identity, minutes: int) -> None:
    # An API server evaluates a new admission policy seconds after it was created.
    assert within(30, lambda: member.attempt(_token_for(minutes))[0] == 403)
    status, words = member.attempt(_token_for(minutes))
    assert status == 403
    assert "a token of on-call is valid for 20 minutes at most: --duration=20m" in words


def test_who_is_not_on_call_gets_no_token(sandbox: Sandbox) -> None:
    status, words = _admitted(sandbox, user="jo@example.com", group="others").attempt(_token_for(20))
    assert status == 403
    assert "cannot create resource" in words
