from typing import Any

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.kubernetes.serving.served import serve, serve_all
from tests.unit.gpu_cluster.stacks import model_of


def policy(graph: Graph, name: str) -> dict[str, Any]:
    return graph.get("NetworkPolicy", name)["spec"]


def callers(graph: Graph) -> list[str]:
    [rule] = policy(graph, "allow-clients")["ingress"]
    [peer] = rule["from"]
    return peer["namespaceSelector"]["matchExpressions"][0]["values"]


def test_only_named_client_namespaces_reach_the_models() -> None:
    models = {"chat": model_of()}
    assert callers(serve_all(models)) == ["serving"]
    assert callers(serve_all(models, clients=["web", "batch"])) == ["batch", "serving", "web"]


def test_clients_reach_the_port_of_the_models() -> None:
    graph = serve()
    [rule] = policy(graph, "allow-clients")["ingress"]
    [port] = graph.only("Deployment")["spec.template.spec.containers.0.ports"]
    assert rule["ports"] == [{"port": port["containerPort"], "protocol": "TCP"}]


def test_models_reach_only_dns_the_hub_and_each_other() -> None:
    graph = serve()
    [port] = graph.only("Deployment")["spec.template.spec.containers.0.ports"]
    outward = [p for p in graph.of("NetworkPolicy") if "Egress" in p["spec.policyTypes"]]
    assert {p["metadata.name"] for p in outward} == {
        "default-deny",
        "allow-dns",
        "allow-hub",
        "allow-models",
    }
    [models] = policy(graph, "allow-models")["egress"]
    [peer] = models["to"]
    assert peer["namespaceSelector"]["matchExpressions"][0]["values"] == ["serving"]
    assert models["ports"] == [{"port": port["containerPort"], "protocol": "TCP"}]
    assert [port["port"] for port in policy(graph, "allow-hub")["egress"][0]["ports"]] == [443]


def test_models_are_in_the_configured_namespace() -> None:
    graph = serve_all({"chat": model_of()}, namespace="inference")
    namespaces = {r["metadata"].get("namespace") for r in graph.resources if "metadata" in r.inputs}
    assert namespaces == {None, "inference"}
    assert graph.only("v1:Namespace")["metadata.labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_each_model_is_one_component() -> None:
    graph = serve_all({"chat": model_of(), "code": model_of()})
    assert {m.name for m in graph.of("Model")} == {"serving-chat", "serving-code"}


def test_policies_and_quota_precede_the_first_pod() -> None:
    graph = serve()
    for earlier in (*graph.of("NetworkPolicy"), graph.only("ResourceQuota"), graph.only("LimitRange")):
        assert graph.waits_for(graph.only("Deployment"), earlier)
