"""Login at an image mirror: the pull secret in each namespace and the pods that use it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pulumi
import pytest

from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.kubernetes.registry.pull_secrets import SECRET
from gpu_cluster.plan import Graph, Registered, planned
from gpu_cluster.stack import load, load_any
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import platform_of

LOGIN = {"user": "robot$pull", "password": {"secure": "v1:abc"}}
MIRROR = "harbor.example.com:8443/mirror"


def graph_of(**sections: Any) -> Graph:
    stack = stack_of(
        cluster={"provider": "existing"},
        registry={"mirror": MIRROR, "login": LOGIN},
        storage={"models": {"kind": "nfs", "server": "files", "share": "/models", "default": True}},
        **sections,
    )
    return platform_of(stack, registry_password=pulumi.Output.secret("hunter2"))[0]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(serving={"models": {"chat": model_of()}}, teams={"vision": {"gpus": {}, "members": []}})


def accounts(graph: Graph) -> list[Registered]:
    return [it for it in graph.resources if it.type == "kubernetes:core/v1:ServiceAccount"]


def logins(graph: Graph) -> list[Registered]:
    secrets = [it for it in graph.resources if it.type == "kubernetes:core/v1:Secret"]
    return [it for it in secrets if it["metadata.name"] == SECRET]


def test_every_namespace_has_the_pull_secret(graph: Graph) -> None:
    namespaces = {
        it["metadata.name"] for it in graph.resources if it.type.endswith(":Namespace") and ":core" in it.type
    }

    assert {it["metadata.namespace"] for it in logins(graph)} == namespaces
    assert namespaces >= {"serving", "vision", "telemetry"}


def test_every_service_account_has_the_pull_secret(graph: Graph) -> None:
    assert len(accounts(graph)) > 4
    assert {str(it["imagePullSecrets"]) for it in accounts(graph)} == {"[{'name': 'registry-login'}]"}
    pods = [it["spec.template.spec"] for it in graph.resources if "template" in it.inputs.get("spec", {})]
    names = {(it["metadata.name"]) for it in accounts(graph)}
    assert pods
    assert {pod["serviceAccountName"] for pod in pods} <= names


def test_models_with_their_own_pull_secret_name_both_secrets() -> None:
    """A pod with imagePullSecrets does not inherit those of its service account."""
    model = model_of(pullSecret="quay")
    for settings in (model, {**model, "nodes": 2, "replicas": 1}):
        graph = graph_of(serving={"models": {"chat": settings}})
        spec = str([it.inputs for it in _workloads(graph, "chat")])
        named = "'imagePullSecrets': [{'name': 'quay'}, {'name': 'registry-login'}]"
        assert spec.count(named) == settings.get("nodes", 1)


def test_team_models_and_services_with_their_own_pull_secret_name_both(tmp_path: Path) -> None:
    graph = _team_graph(tmp_path, "pullSecret: quay")
    named = {it["metadata.name"]: it["spec.template.spec"]["imagePullSecrets"] for it in _workloads(graph)}
    both = [{"name": "quay"}, {"name": SECRET}]
    assert named == {"detect": both, "web": both}


def _workloads(graph: Graph, name: str = "") -> list[Registered]:
    kinds = ("apps/v1:Deployment", ":LeaderWorkerSet")
    found = [it for it in graph.resources if it.type.endswith(kinds)]
    return [it for it in found if str(it["metadata.name"]).startswith(name)]


def test_pull_secret_has_the_login_for_the_mirror_host() -> None:
    [login] = {it["stringData"][".dockerconfigjson"] for it in logins(graph_of())}
    assert json.loads(login) == {
        "auths": {
            "harbor.example.com:8443": {
                "username": "robot$pull",
                "password": "hunter2",
                "auth": "cm9ib3QkcHVsbDpodW50ZXIy",
            }
        }
    }


def test_pull_secret_is_masked_in_a_plan(tmp_path: Path) -> None:
    plan = planned(load(STACKS / "happy/mirror-with-login.yaml"), "site")

    assert len(logins(plan.graph)) > 4
    assert all("stringData" in it.secrets for it in logins(plan.graph))
    assert "robot" not in json.dumps([plan.outputs, [it.outputs for it in accounts(plan.graph)]], default=str)


def test_charts_and_manifests_that_name_the_pull_secret_have_it_in_their_namespace(tmp_path: Path) -> None:
    chart = {"chart": f"oci://{MIRROR}/redis", "version": "1.0.0", "namespace": "cache"}
    (tmp_path / "pods").mkdir()
    pods = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "jobs"}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "own", "namespace": "jobs"},
            "imagePullSecrets": [{"name": SECRET}],
        },
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "other", "namespace": "other"}},
    ]
    (tmp_path / "pods/all.yaml").write_text("\n---\n".join(map(json.dumps, pods)))
    values = {"global": {"imagePullSecrets": [SECRET]}}
    charts = {"redis": {**chart, "values": values}, "plain": {**chart, "namespace": "plain"}}
    extras = {"manifests": [str(tmp_path / "pods")], "charts": charts}
    text = (STACKS / "happy/mirror-with-login.yaml").read_text()
    file = tmp_path / "Pulumi.site.yaml"
    file.write_text(f"{text}  gpu-cluster:extras: {json.dumps(extras)}\n")
    graph = planned(load(file), "site").graph

    made = {it["metadata.namespace"]: it for it in logins(graph)}
    assert {"cache", "jobs"} < made.keys()
    assert not {"plain", "other"} & made.keys()
    assert any("namespace-jobs" in it for it in made["jobs"].dependencies)
    [other] = [it for it in accounts(graph) if it["metadata.name"] == "other"]
    assert "imagePullSecrets" not in other.inputs


def test_team_stack_uses_the_pull_secret_of_the_platform(tmp_path: Path) -> None:
    graph = _team_graph(tmp_path)

    assert accounts(graph)
    assert {str(it["imagePullSecrets"]) for it in accounts(graph)} == {"[{'name': 'registry-login'}]"}
    assert logins(graph) == []


def _team_graph(tmp_path: Path, more: str = "") -> Graph:
    """A team's stack on a site with a login; `more` is added to its model and service."""
    shutil.copytree(STACKS / "teams", tmp_path / "stacks")
    file = tmp_path / "stacks/Pulumi.site.yaml"
    registry = f"  gpu-cluster:registry: {json.dumps({'mirror': MIRROR, 'login': LOGIN})}\n"
    file.write_text(file.read_text().replace("config:\n", f"config:\n{registry}", 1))
    file = tmp_path / "stacks/happy-on-a-site.yaml"
    if more:
        text = file.read_text().replace("{model: org/detect", f"{{{more}, model: org/detect")
        service = f"web: {{{more}, image: org/web:1, port: 8080}}"
        file.write_text(f"{text}  gpu-cluster:services:\n    {service}\n")
    team = load_any(file)
    assert isinstance(team, TeamStack)
    return planned(team, "site-vision").graph


def test_karpenter_chart_on_eks_uses_the_pull_secret() -> None:
    stack = load(STACKS / "happy/eks-karpenter.yaml")
    registry = {"mirror": MIRROR, "login": LOGIN}
    changed = stack.model_copy(update={"registry": stack.registry.model_validate(registry)})
    graph = planned(changed, "eks").graph

    [chart] = [it for it in graph.resources if str(it.inputs.get("chart")).endswith("/karpenter")]
    assert chart["values.imagePullSecrets"] == [{"name": SECRET}]
    assert "kube-system" in {it["metadata.namespace"] for it in logins(graph)}
