"""Replicas that download from a mirror of the model hub."""

from typing import Any

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import platform_of

HUB = {"url": "https://hub.example.com:8443", "networks": ["10.20.0.0/24"]}


def graph_of(hub: dict[str, Any] | None, **model: Any) -> Graph:
    serving = {"models": {"chat": model_of(**model)}} | ({"hub": hub} if hub else {})
    return platform_of(stack_of(serving=serving))[0]


def environment(graph: Graph) -> dict[str, str]:
    [deployment] = [it for it in graph.of("Deployment") if it["metadata"]["name"] == "chat"]
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    return {it["name"]: it.get("value", "") for it in container["env"]}


def ways_out(graph: Graph) -> list[Any]:
    [policy] = [it for it in graph.of("NetworkPolicy") if it["metadata"]["name"] == "allow-hub"]
    return policy["spec"]["egress"]


def test_replicas_use_the_hub_mirror_address() -> None:
    assert environment(graph_of(HUB))["HF_ENDPOINT"] == HUB["url"]
    assert "HF_ENDPOINT" not in environment(graph_of(None))


def test_model_env_overrides_the_hub_mirror_address() -> None:
    graph = graph_of(HUB, env={"HF_ENDPOINT": {"value": "https://other.example.com"}})

    assert environment(graph)["HF_ENDPOINT"] == "https://other.example.com"


def test_replicas_reach_only_the_hub_mirror_networks() -> None:
    [rule] = ways_out(graph_of(HUB))

    assert [it["ipBlock"]["cidr"] for it in rule["to"]] == ["10.20.0.0/24"]
    assert [it["port"] for it in rule["ports"]] == [8443]
