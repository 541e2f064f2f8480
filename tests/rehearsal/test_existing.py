"""A stack on an existing cluster, with any kubeconfig."""

import json
import os
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal import (
    KubernetesClient,
    LocalControlPlane,
    PulumiEngine,
    copy_project,
    reconcile,
)
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import is_ready, labels_of
from gpu_cluster_tools.toolchain import install
from tests.rehearsal.checkout import PROJECT, run_gpu_cluster

pytestmark = pytest.mark.engine

SITE = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: ../cluster/kubeconfig, context: gpu-cluster}
  gpu-cluster:registry: {mirror: harbor.example.com/mirror, login: {user: robot}}
  gpu-cluster:pools:
    general: {machine: {cpus: 16, memory: 64Gi}, nodes: 1, labels: {site.example/role: general}}
    gpu:
      machine: {cpus: 64, memory: 512Gi, gpu: L40S, gpus: 4}
      nodes: 2
      labels: {site.example/role: gpu}
      sharing: {mps: 2}
  gpu-cluster:storage:
    disks: {kind: csi, provisioner: kubernetes.io/host-path, default: true, reclaim: delete}
  gpu-cluster:serving:
    models:
      chat:
        {model: Qwen/Qwen2.5-7B-Instruct, pool: gpu, replicas: 2, context: 8192, cache: {size: 40Gi}}
      tuned:
        {model: Qwen/Qwen2.5-7B-Instruct, pool: gpu, replicas: 1, context: 8192, cache: {size: 40Gi},
         image: quay.io/example/tuned:1, pullSecret: quay}
"""


PASSWORD = "gpu-cluster:registry.login.password"


def logins_of(api: DynamicClient) -> set[str]:
    """User and password that kubelets get for the mirror, for each pod of the platform."""
    pods = [it for it in api.items("/api/v1/pods") if "gpu-cluster" in str(it["metadata"].get("labels"))]
    assert len(pods) > 10
    named = {
        (it["metadata"]["namespace"], tuple(secret["name"] for secret in it["spec"]["imagePullSecrets"]))
        for it in pods
    }
    # The API server adds the account's secret to pods without one: a model with its own names both.
    assert {secrets for _, secrets in named} == {("registry-login",), ("quay", "registry-login")}
    found: set[str] = set()
    for namespace in {namespace for namespace, _ in named}:
        secret = api.get(f"/api/v1/namespaces/{namespace}/secrets/registry-login")
        assert secret["type"] == "kubernetes.io/dockerconfigjson"
        auths = json.loads(b64decode(secret["data"][".dockerconfigjson"]))["auths"]
        found.add(b64decode(auths["harbor.example.com"]["auth"]).decode())
    return found


def create_objects_of_others(api: DynamicClient) -> dict[str, dict[str, Any]]:
    """Objects with names that the stack uses, as other tools create them; metadata by path."""
    labels = {"owner": "others"}
    helm = {"meta.helm.sh/release-name": "prometheus", "meta.helm.sh/release-namespace": "monitoring"}
    objects: dict[str, dict[str, Any]] = {
        "/api/v1/namespaces": {"metadata": {"name": "serving", "labels": labels}},
        "/apis/storage.k8s.io/v1/storageclasses": {
            "metadata": {"name": "disks", "labels": {**labels, "app.kubernetes.io/managed-by": "argocd"}},
            "provisioner": "kubernetes.io/host-path",
        },
        "/apis/rbac.authorization.k8s.io/v1/clusterroles": {
            "metadata": {"name": "gpu-cluster-prometheus", "labels": labels, "annotations": helm}
        },
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings": {
            "metadata": {"name": "unrelated", "labels": labels},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        },
    }
    created = {path: api.create(path, body)["metadata"] for path, body in objects.items()}
    return {f"{path}/{metadata['name']}": metadata for path, metadata in created.items()}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LocalControlPlane]:
    """A cluster whose nodes have no label of the platform."""
    (tmp_path / "cluster").mkdir()
    control_plane = LocalControlPlane(tmp_path / "cluster", install())
    control_plane.start()
    yield control_plane
    control_plane.remove()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose engine uses the state backend of the user."""
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("PULUMI_BACKEND_URL", (tmp_path / "state").as_uri())
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of the user")
    return copy_project(PROJECT, tmp_path / "project", {"site": SITE})


def test_stack_is_deployed_on_existing_nodes_and_destroyed_completely(
    site: LocalControlPlane, project: Path, tmp_path: Path
) -> None:
    cluster = KubernetesClient(site.kubeconfig)
    engine = PulumiEngine(project, "site", {**os.environ, **install().environment()})
    engine.select()
    engine.output("config", "set", "--stack", "site", "--path", "--secret", PASSWORD, "of the robot")
    stack = load(project / "stacks" / "Pulumi.site.yaml")
    reconcile(cluster, pools_of(stack))
    before = DynamicClient(site.kubeconfig).objects().keys()

    up = run_gpu_cluster(project, "up", "site")
    assert up.returncode == 0, up.stdout + up.stderr
    assert "gpu      2/2    machine  8 x L40S as 16 x nvidia.com/gpu" in up.stdout
    homes = {
        (labels_of(pod)["app.kubernetes.io/name"], pod.spec.nodeName)
        for pod in cluster.pods()
        if pod.spec and is_ready(pod)
    }
    assert {home for home in homes if home[0] in ("nvidia-device-plugin", "nvidia-mps", "vllm")} == {
        (program, node)
        for program in ("nvidia-device-plugin", "nvidia-mps", "vllm")
        for node in ("gpu-0", "gpu-1")
    }
    exporters = {("node-exporter", node) for node in ("general-0", "gpu-0", "gpu-1")}
    assert homes >= exporters | {("dcgm-exporter", node) for node in ("gpu-0", "gpu-1")}
    assert not (project / ".local").exists()
    assert logins_of(DynamicClient(site.kubeconfig)) == {"robot:of the robot"}
    state = [file.read_text() for file in (tmp_path / "state").rglob("*.json")]
    assert state
    assert not any("of the robot" in text for text in state)

    down = run_gpu_cluster(project, "down", "site")
    assert down.returncode == 0, down.stdout + down.stderr
    assert {
        key for key in DynamicClient(site.kubeconfig).objects() if key.startswith(("namespaces/", "pods/"))
    } <= before
    assert load(project / "stacks" / "Pulumi.site.yaml") == stack

    owned = create_objects_of_others(DynamicClient(site.kubeconfig))
    refused = run_gpu_cluster(project, "up", "site")
    assert refused.returncode == 1
    assert "objects that stack site would create, and that are not in its state:\n" in refused.stderr
    rows = [re.split(r"\s{2,}", line.strip()) for line in refused.stderr.splitlines() if "site.yaml:" in line]
    assert {name: (managers.split(", ")[0], where.split()[1]) for name, managers, where in rows} == {
        "ClusterRole gpu-cluster-prometheus": ("Helm release monitoring/prometheus", "gpu-cluster:pools"),
        "Namespace serving": (rows[1][1], "gpu-cluster:serving.namespace"),
        "StorageClass disks": ("argocd", "gpu-cluster:storage.disks"),
    }
    for path, metadata in owned.items():
        found = DynamicClient(site.kubeconfig).get(path)["metadata"]
        assert (found["labels"], found["managedFields"]) == (metadata["labels"], metadata["managedFields"])


CHART = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: widgets}
"""


@pytest.mark.slow
def test_objects_of_charts_are_refused_too_by_up_and_gate(site: LocalControlPlane, project: Path) -> None:
    (project / "charts/widgets/templates").mkdir(parents=True)
    (project / "charts/widgets/Chart.yaml").write_text("apiVersion: v2\nname: widgets\nversion: 1.0.0\n")
    (project / "charts/widgets/templates/role.yaml").write_text(CHART)
    file = project / "stacks/Pulumi.site.yaml"
    file.write_text(f"{SITE}  gpu-cluster:extras: {{charts: {{widgets: {{chart: ./charts/widgets}}}}}}\n")
    engine = PulumiEngine(project, "site", {**os.environ, **install().environment()})
    engine.select()
    engine.output("config", "set", "--stack", "site", "--path", "--secret", PASSWORD, "of the robot")
    api = DynamicClient(site.kubeconfig)
    create_objects_of_others(api)
    api.create("/apis/rbac.authorization.k8s.io/v1/clusterroles", {"metadata": {"name": "widgets"}})

    gate = run_gpu_cluster(project, "gate", "--stack", "site", "--json")
    up = run_gpu_cluster(project, "up", "site")

    assert gate.returncode == 1, gate.stderr
    found = json.loads(gate.stdout)
    assert {it["object"] for it in found["existing"]} == {
        "Namespace serving",
        "StorageClass disks",
        "ClusterRole gpu-cluster-prometheus",
        "ClusterRole widgets",
    }
    assert found["unchecked"] == []
    assert up.returncode == 1
    [line] = [line for line in up.stderr.splitlines() if line.startswith("  ClusterRole widgets")]
    assert line.endswith("gpu-cluster:extras")
    assert not api.get("/apis/rbac.authorization.k8s.io/v1/clusterroles/widgets")["metadata"].get("labels")
