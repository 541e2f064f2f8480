"""`gpu-cluster rehearse` as a user runs it: what passes, what fails and why, and what remains."""

import json
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal import copy_project
from tests.rehearsal.checkout import PROJECT, run_gpu_cluster

pytestmark = pytest.mark.engine

SITE = """\
encryptionsalt: v1:of-a-passphrase-that-nobody-here-has
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: /nowhere/kubeconfig, context: of-the-user}
  gpu-cluster:registry:
    mirror: harbor.example.com/mirror
    login: {user: robot, password: {secure: "v1:not:decryptable"}}
  gpu-cluster:pools:
    gpu:
      machine: {cpus: 64, memory: 512Gi, gpu: L40S, gpus: 4}
      nodes: 1
      labels: {site.example/role: gpu}
  gpu-cluster:storage:
    disks: {kind: csi, provisioner: csi.site.example, default: true, shared: true}
  gpu-cluster:serving:
    hubToken: {secure: "v1:not:decryptable"}
    models:
      chat:
        {model: Qwen/Qwen2.5-7B-Instruct, pool: gpu, replicas: 2, context: 8192, cache: {size: 40Gi}}
"""

GREEDY = """\
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.platform import Platform
from gpu_cluster.stack import load

stacks = Path(__file__).resolve().parent
stack = load(stacks / f"Pulumi.{pulumi.get_stack()}.yaml")
serving = pulumi.Config("gpu-cluster").require_secret_object("serving")
token = serving.apply(lambda decrypted: decrypted["hubToken"])
registry = pulumi.Config("gpu-cluster").require_secret_object("registry")
password = registry.apply(lambda decrypted: decrypted["login"]["password"])
backend = backend_for(stack, stacks.parent)
platform = Platform("platform", stack, backend=backend, hub_token=token, registry_password=password)

cluster = pulumi.ResourceOptions(
    provider=kubernetes.Provider("own", kubeconfig=str(stacks.parent / ".local" / "kubeconfig")),
    depends_on=[platform],
)
labels = {"app": "greedy"}
container = {"name": "greedy", "image": "greedy", "resources": {"limits": {"nvidia.com/gpu": "5"}}}
for namespace in ("default", "serving"):
    kubernetes.apps.v1.Deployment(
        f"greedy-{namespace}",
        metadata={"name": "greedy", "namespace": namespace},
        spec={
            "selector": {"match_labels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
        opts=cluster,
    )
"""
"""A program whose workloads do not fit the platform of a stack, or are not permitted there."""


SHARED = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: /nowhere/kubeconfig}
  gpu-cluster:pools:
    system: {machine: {cpus: 16, memory: 64Gi}, nodes: 1, labels: {site.example/role: system}}
    gpu:
      machine: {cpus: 64, memory: 512Gi, gpu: L40S, gpus: 4}
      nodes: 1
      labels: {site.example/role: gpu}
  gpu-cluster:storage:
    disks: {kind: csi, provisioner: csi.site.example, default: true, shared: true}
  gpu-cluster:teams:
    vision: {gpus: {gpu: 2}, members: ["group:vision"]}
"""
VISION = """\
config:
  gpu-cluster:team: {environment: shared, name: vision, kubeconfig: /nowhere/of-the-team}
  gpu-cluster:hubToken: {secure: "v1:not:decryptable"}
  gpu-cluster:models:
    detect: {model: Qwen/Qwen2.5-7B-Instruct, pool: gpu, replicas: 1, context: 8192, cache: {size: 30Gi}}
  gpu-cluster:services:
    gateway: {image: "docker.io/library/caddy:2.10.2", port: 8080}
"""


def rehearse(folder: Path, stack: str = "site", *options: str) -> tuple[int, dict[str, Any]]:
    done = run_gpu_cluster(folder, "rehearse", stack, "--json", *options)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def words(report: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["words"] for step in report["steps"]}


def test_stack_for_a_cluster_elsewhere_is_rehearsed_without_that_cluster(tmp_path: Path) -> None:
    project = copy_project(PROJECT, tmp_path / "project", {"site": SITE})
    file = project / "stacks" / "Pulumi.site.yaml"

    code, report = rehearse(project)

    assert (code, report["held"]) == (0, True), report
    assert words(report)["secrets"] == "2 of the stack file, none in plaintext in the state"
    assert "4096 tokens of context instead of 8192: 1 update" in words(report)["edit"]
    assert words(report)["left"] == "only retained resources"
    assert file.read_text() == SITE
    assert not (project / ".local" / "rehearsal" / "site").exists()


def test_team_stack_from_its_own_folder_is_rehearsed_on_its_environment(tmp_path: Path) -> None:
    project = copy_project(PROJECT, tmp_path / "project", {"shared": SHARED})
    own = tmp_path / "vision"
    own.mkdir()
    (own / "Pulumi.shared-vision.yaml").write_text(VISION)

    code, report = rehearse(project, "shared-vision", "--from", str(own))

    assert (code, report["held"], report["stack"]) == (0, True, "shared-vision"), report
    assert words(report)["below"].startswith("shared: ")
    assert words(report)["secrets"] == "1 of the stack file, none in plaintext in the state"
    edits = [step["words"] for step in report["steps"] if step["name"] == "edit"]
    assert [edit.partition(":")[0] for edit in edits] == [
        "model detect takes 4096 tokens of context instead of 8192",
        "service gateway gets the variable REHEARSED",
    ]
    assert words(report)["left"].startswith("only retained")
    assert [file.name for file in (project / "stacks").glob("*.yaml")] == ["Pulumi.shared.yaml"]
    assert not (project / ".local").exists()


def test_failing_workload_is_named_with_its_reason(tmp_path: Path) -> None:
    project = copy_project(PROJECT, tmp_path / "project", {"site": SITE})
    (project / "stacks" / "__main__.py").write_text(GREEDY)

    code, report = rehearse(project)

    assert code == 1
    wrong = {step["name"]: step["findings"] for step in report["steps"] if not step["held"]}
    assert wrong.keys() == {"up", "workloads"}
    unplaced, refused = wrong["workloads"]
    assert unplaced == (
        "Deployment default/greedy: 0 of 1 pods ready\n"
        "  pool gpu (1 node): taint nvidia.com/gpu=present:NoSchedule is not tolerated; "
        "nvidia.com/gpu: requests 5, free 2 of 4"
    )
    assert refused.startswith('Deployment serving/greedy: 0 of 1 pods ready\n  FailedCreate: pods "greedy-')
    assert "violates PodSecurity" in refused
    assert words(report)["left"].startswith("only retained")
