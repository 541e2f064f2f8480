"""Create, update and destroy a team's stack on AWS with the real engine, as a member of the team."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal import PulumiEngine, Sandbox, TeamSandbox, copy_project
from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.get_token import token
from gpu_cluster_tools.rehearsal.cluster_state.leftovers import leftovers_in_cluster, settled_objects
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.toolchain import AWS_PROVIDER, install
from tests.rehearsal.checkout import PROJECT
from tests.rehearsal.identity import Identity
from tests.rehearsal.refusals import TRIES

pytestmark = [pytest.mark.engine, pytest.mark.slow]

REGION, ACCOUNT = "us-east-1", "123456789012"
MEMBER = f"arn:aws:iam::{ACCOUNT}:role/vision"
CLOUD = f"""\
config:
  aws:region: {REGION}
  gpu-cluster:cluster:
    provider: eks
    account: "{ACCOUNT}"
    version: "1.35"
    access: {{platform: {{principal: "arn:aws:iam::{ACCOUNT}:role/platform", policy: cluster-admin}}}}
  gpu-cluster:network: {{zones: [us-east-1a, us-east-1b], nat: single}}
  gpu-cluster:pools:
    system: {{instance: m7i.xlarge, nodes: 2}}
    l4: {{instance: g6.4xlarge, nodes: 1}}
    t4: {{instance: g4dn.xlarge, nodes: 1}}
  gpu-cluster:storage:
    gp3: {{kind: ebs, default: true, reclaim: delete}}
    models: {{kind: s3, namespaces: [vision]}}
  gpu-cluster:protect: false
  gpu-cluster:teams:
    vision:
      gpus: {{l4: 1}}
      members: ["{MEMBER}", "arn:aws:iam::{ACCOUNT}:user/jo"]
      budget: {{monthlyUsd: 500, notify: [vision@example.com]}}
"""
VISION = """\
config:
  gpu-cluster:team: {environment: cloud, name: vision}
  gpu-cluster:repositories:
    vision/gateway: {}
  gpu-cluster:models:
    detect: {model: Qwen/Qwen2.5-7B-Instruct, pool: l4, replicas: 1, context: 8192, cache: {size: 30Gi}}
  gpu-cluster:services:
    gateway: {image: "vision/gateway:1.0.0", port: 8080, replicas: 1, aws: true, stores: {models: /models}}
"""
QUIET = ("--yes", "--skip-preview", "--suppress-outputs")
OF_CLUSTER = ("list nodes", "list every pod of the cluster", "list secrets elsewhere", "raise its quota")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The deployed environment."""
    folder = tmp_path_factory.mktemp("team-on-aws") / "project"
    project = copy_project(PROJECT, folder, {"cloud": CLOUD, "cloud-vision": VISION})
    sandbox = Sandbox(project, "cloud", install(also=[AWS_PROVIDER]))
    try:
        sandbox.open()
        with simulated_controllers(sandbox):
            sandbox.engine.output("up", "--stack", "cloud", *QUIET)
            yield sandbox
    finally:
        sandbox.remove()


@pytest.fixture(scope="module")
def member(sandbox: Sandbox) -> PulumiEngine:
    """The engine as a member of the team runs it."""
    tenant = TeamSandbox(sandbox, "cloud-vision")
    tenant.open()
    return tenant.engine


@pytest.fixture(scope="module")
def before(sandbox: Sandbox) -> tuple[set[str], set[tuple[str, str]]]:
    """Objects of the cluster and the account without the team's stack."""
    return settled_objects(sandbox.api), set(sandbox.account.made())


def test_member_deploys_a_model(
    sandbox: Sandbox, member: PulumiEngine, before: tuple[set[str], set[tuple[str, str]]]
) -> None:
    member.output("up", "--stack", "cloud-vision", *QUIET)

    pods = sandbox.api.items("/api/v1/namespaces/vision/pods")
    ready = {
        pod["metadata"]["labels"]["app.kubernetes.io/instance"]
        for pod in pods
        if any(it["type"] == "Ready" and it["status"] == "True" for it in pod["status"]["conditions"])
    }
    assert ready == {"detect", "gateway"}
    made = {type for type, _ in set(sandbox.account.made()) - before[1]}
    assert made == {"aws:ecr/repository:Repository", "aws:ecr/lifecyclePolicy:LifecyclePolicy"}


def test_preview_has_no_changes(member: PulumiEngine) -> None:
    assert "unchanged" in member.output("preview", "--stack", "cloud-vision", "--expect-no-changes")


@pytest.mark.parametrize("what", OF_CLUSTER)
def test_aws_token_of_a_member_is_denied_the_action(sandbox: Sandbox, tmp_path: Path, what: str) -> None:
    [wanted] = [it for it in TRIES if it.what == what]

    status, said = signed_in(sandbox, tmp_path).attempt(wanted)

    assert status == wanted.status, said
    assert wanted.says in said
    assert "role/vision" in said or "assumed-role/vision" in said


def test_destroy_by_the_member_leaves_no_trace(
    sandbox: Sandbox, member: PulumiEngine, before: tuple[set[str], set[tuple[str, str]]]
) -> None:
    objects, made = before

    member.output("destroy", "--stack", "cloud-vision", *QUIET)

    assert leftovers_in_cluster(sandbox.api, objects)[0] == []
    assert set(sandbox.account.made()) == made


def test_environment_is_destroyed_with_its_team(sandbox: Sandbox) -> None:
    kept = sandbox.retained()  # exists once in the account for all environments

    sandbox.engine.output("destroy", "--stack", "cloud", *QUIET)

    assert set(sandbox.account.leftovers()) == kept
    assert sandbox.resources() == []


def signed_in(sandbox: Sandbox, folder: Path) -> Identity:
    """The member with a token of `aws eks get-token`."""
    config = json.loads(sandbox.control_plane.kubeconfig.read_text())
    cluster = json.loads(sandbox.engine.output("stack", "output", "cluster", "--json", "--stack", "cloud"))
    key = identity.access_key(MEMBER)
    signed = token(cluster["name"], REGION, key, identity.SECRET, datetime.now(UTC))
    config["users"][0]["user"] = {"token": signed}
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config))
    return Identity(path)
