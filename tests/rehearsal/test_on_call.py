"""On-call with the real engine and API server, which decides on permissions of members and tokens."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gpu_cluster_tools.rehearsal import Sandbox
from gpu_cluster_tools.rehearsal.control_plane import component_options
from gpu_cluster_tools.rehearsal.engine.run_pulumi import run_pulumi
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
ACCOUNT = "/api/v1/namespaces/on-call/serviceaccounts/break-glass-vision"
EXEC = "/api/v1/namespaces/vision/pods/trainer-0/exec?command=bash&stdout=true"
TOKEN = "/api/v1/namespaces/on-call/serviceaccounts/break-glass-vision/token"


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Audit log of the API server, with the metadata of every request."""
    return Path(tmp_path_factory.mktemp("audit")) / "audit.log"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, audit: Path) -> Iterator[Sandbox]:
    policy = audit.with_name("policy.yaml")
    kind = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]}
    policy.write_text(json.dumps(kind))
    written = {"audit-policy-file": str(policy), "audit-log-path": str(audit)}
    original = component_options.configuration

    def with_audit(*arguments: Any, **named: Any) -> list[dict[str, Any]]:
        documents = original(*arguments, **named)
        patches = documents[0]["componentsPatches"]
        [server] = [it for it in patches if it["name"] == "kube-apiserver"]
        server["extraArgs"] += [{"key": key, "value": value} for key, value in written.items()]
        return documents

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(component_options, "configuration", with_audit)
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


def _issued(member: Identity) -> str:
    """A token with the longest allowed lifetime."""
    status, words = member.attempt(_token_for(20))
    assert status == 201, words
    return json.loads(words)["status"]["token"]


def _token_for(minutes: int) -> Try:
    spec = {"expirationSeconds": minutes * 60}
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    return Try("a token", "POST", TOKEN, body)


def test_member_reads_logs_but_has_no_shell_and_no_secrets(member: Identity) -> None:
    assert _may(member, "get", "pods/log", "vision")
    assert _may(member, "list", "events", "vision")
    for verb, resource in (("create", "pods/exec"), ("get", "secrets"), ("get", "configmaps")):
        assert not _may(member, verb, resource, "vision")


NEVER = [
    ("list", "secrets"),
    ("get", "configmaps"),
    ("create", "pods"),
    ("delete", "pods"),
    ("patch", "deployments"),
    ("create", "pods/attach"),
    ("create", "pods/portforward"),
    ("patch", "pods/ephemeralcontainers"),
    ("create", "serviceaccounts/token"),
    ("create", "rolebindings"),
    ("get", "nodes/proxy"),
    ("impersonate", "users"),
]
NAMESPACES = ["vision", "serving", "on-call", "kube-system", "gpu-system"]


@pytest.mark.parametrize(("verb", "resource"), NEVER)
def test_action_is_denied_to_members_and_tokens(
    sandbox: Sandbox, member: Identity, verb: str, resource: str
) -> None:
    """Applies to every namespace, except for the tokens of these accounts."""
    token = _with_token(sandbox, _issued(member))
    allowed = [(who, it) for who in (member, token) for it in NAMESPACES if _may(who, verb, resource, it)]
    assert allowed == []


def test_token_opens_a_shell_only_in_its_namespace(sandbox: Sandbox, member: Identity) -> None:
    broken_glass = _with_token(sandbox, _issued(member))
    assert [it for it in NAMESPACES if _may(broken_glass, "create", "pods/exec", it)] == ["vision"]
    assert [it for it in NAMESPACES if _may(broken_glass, "get", "pods/log", it)] == ["vision"]


def test_audit_log_shows_the_user_of_a_token(sandbox: Sandbox, member: Identity, audit: Path) -> None:
    """The credential ID of a request is that of the token that a member requested."""
    status, _ = _with_token(sandbox, _issued(member)).attempt(Try("a shell", "GET", EXEC))
    assert status == 404  # the pod does not exist

    lines = map(json.loads, audit.read_text().splitlines())
    events = [it for it in lines if "objectRef" in it]
    shell = [it for it in events if it["objectRef"].get("subresource") == "exec"][-1]
    assert shell["user"]["username"] == "system:serviceaccount:on-call:break-glass-vision"
    [used] = shell["user"]["extra"]["authentication.kubernetes.io/credential-id"]
    issued = {
        it["annotations"]["authentication.kubernetes.io/issued-credential-id"]: it["user"]["username"]
        for it in events
        if "authentication.kubernetes.io/issued-credential-id" in it.get("annotations", {})
    }
    assert issued[used] == "kim@example.com"


@pytest.mark.parametrize("minutes", [21, 60, 24 * 60])
def test_token_with_a_longer_lifetime_is_denied(member: Identity, minutes: int) -> None:
    # An API server applies a new admission policy seconds after its creation.
    assert within(30, lambda: member.attempt(_token_for(minutes))[0] == 403)
    status, words = member.attempt(_token_for(minutes))
    assert status == 403
    assert "a token of on-call is valid for 20 minutes at most: --duration=20m" in words


def test_user_outside_the_on_call_group_gets_no_token(sandbox: Sandbox) -> None:
    status, words = _admitted(sandbox, user="jo@example.com", group="others").attempt(_token_for(20))
    assert status == 403
    assert "cannot create resource" in words


def test_deleted_account_invalidates_tokens_and_refresh_recreates_it(
    sandbox: Sandbox, member: Identity
) -> None:
    """The last test, because it revokes the tokens of the others."""
    token = _with_token(sandbox, _issued(member))
    sandbox.api.delete(ACCOUNT)
    assert within(30, lambda: token.attempt(Try("a shell", "GET", EXEC))[0] == 401)
    assert run(sandbox, "up") == []
    record = sandbox.folder / "runs" / "refreshed"
    done = run_pulumi(sandbox.engine, "up", "--yes", "--skip-preview", "--refresh", record=record)
    assert done.errors == []
    assert _issued(member)
