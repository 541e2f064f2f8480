"""Endpoint pickers: pods, access, traffic and quota."""

import json
from typing import Any

from gpu_cluster.images import ENDPOINT_PICKER
from gpu_cluster.kubernetes.gateway.endpoint_picker_config import configuration
from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import shared_platform_of

NAMES = ("chat-picker", "chat-picker-standby")


def platform() -> Graph:
    return shared_platform_of(
        load(STACKS / "happy/existing-prefix-cache.yaml"), gateway_keys={"search": "key"}
    )[0]


def without() -> Graph:
    """The same platform without prefix-cache routing."""
    text = (STACKS / "happy/existing-prefix-cache.yaml").read_text()
    stack = load(STACKS / "happy/existing-prefix-cache.yaml")
    assert "routing: prefix-cache, " in text
    models = {
        key: it.model_copy(update={"routing": "least-request"}) for key, it in stack.serving.models.items()
    }
    served = stack.serving.model_copy(update={"models": models})
    return shared_platform_of(stack.model_copy(update={"serving": served}), gateway_keys={"search": "key"})[0]


def pod_of(graph: Graph, name: str) -> dict[str, Any]:
    return graph.get("Deployment", name)["spec.template.spec"]


def test_endpoint_picker_and_standby_have_equal_pods() -> None:
    graph = platform()
    first, second = (pod_of(graph, name) for name in NAMES)
    assert first == second
    [container] = first["containers"]
    assert container["image"] == ENDPOINT_PICKER.at(None)
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert first["securityContext"]["runAsNonRoot"] is True
    for name in NAMES:
        assert graph.get("Deployment", name)["spec.replicas"] == 1
        selector = graph.get("Service", name)["spec.selector"]
        assert selector == graph.get("Deployment", name)["spec.template.metadata.labels"]


def test_inference_pool_selects_the_pods_of_the_model_service() -> None:
    graph = platform()
    pool = graph.get("InferencePool", "chat")
    assert pool["spec.selector.matchLabels"] == graph.get("Service", "chat")["spec.selector"]
    assert pool["spec.targetPorts"] == [{"number": 8000}]
    assert pool["spec.endpointPickerRef"]["name"] == "chat-picker"
    assert {"--pool-name=chat", "--pool-namespace=serving"} <= set(_arguments(graph))
    assert graph.get("CustomResourceDefinition", "inferencepools.inference.networking.k8s.io")


def test_picker_configuration_names_the_metrics_of_the_engine() -> None:
    [text] = [it for it in _arguments(platform()) if it.startswith("--config-text=")]
    config = json.loads(text.partition("=")[2])
    plugins = {it["type"]: it.get("parameters") for it in config["plugins"]}
    metrics = plugins["core-metrics-extractor"]
    assert metrics["defaultEngine"] == "vllm"
    assert "loraSpec" not in metrics["engineConfigs"][0]
    [profile] = config["schedulingProfiles"]
    weights = {it["pluginRef"]: it["weight"] for it in profile["plugins"]}
    assert weights == {"queue-scorer": 2, "kv-cache-utilization-scorer": 2, "prefix-cache-scorer": 3}


def test_picker_uses_release_default_metrics_for_adapters_and_other_engines() -> None:
    def metrics(**settings: Any) -> dict[str, Any]:
        given = {"routing": "prefix-cache", "replicas": 2, **settings}
        model = stack_of(serving={"models": {"chat": model_of(**given)}}).serving.models["chat"]
        return configuration(model)["plugins"][-1]["parameters"]

    assert metrics(engine="sglang", version="v0.5.4") == {"defaultEngine": "sglang"}
    assert metrics(lora={"modules": {"tuned": "org/tuned"}}) == {"defaultEngine": "vllm"}


def test_picker_role_reads_only_pods_and_pools_of_its_namespace() -> None:
    role = platform().get("Role", "endpoint-picker")
    assert role["metadata.namespace"] == "serving"
    assert {it["resources"][0] for it in role["rules"]} == {"pods", "inferencepools"}
    assert {verb for it in role["rules"] for verb in it["verbs"]} == {"get", "list", "watch"}


def test_network_policies_allow_proxies_to_pickers_and_pickers_to_the_api_server() -> None:
    policies = {
        it["metadata.name"]: it
        for it in platform().of("NetworkPolicy")
        if it["metadata.namespace"] in ("serving", "envoy-gateway-system")
    }
    [rule] = policies["allow-gateway"]["spec.ingress"]
    assert {port["port"] for port in rule["ports"]} == {8000, 9002}
    [way] = policies["allow-models-serving"]["spec.egress"]
    assert {port["port"] for port in way["ports"]} == {8000, 9002}
    for port in (443, 6443):
        chosen = policies[f"allow-picker-api-{port}"]["spec.podSelector"]["matchLabels"]
        assert chosen["app.kubernetes.io/name"] == "endpoint-picker"
    hub = policies["allow-hub"]["spec.podSelector"]
    labels = platform().get("Deployment", NAMES[0])["spec.template.metadata.labels"]
    assert labels["app.kubernetes.io/instance"] not in str(hub)


def test_quota_includes_pickers_and_their_rollout() -> None:
    def quota(graph: Graph) -> dict[str, str]:
        [found] = [it for it in graph.of("ResourceQuota") if it["metadata.namespace"] == "serving"]
        return found["spec.hard"]

    more, less = quota(platform()), quota(without())
    assert int(more["pods"]) - int(less["pods"]) == 4
    assert int(more["services"]) - int(less["services"]) == 2


def test_disruption_budget_keeps_one_of_two_pickers() -> None:
    budget = platform().get("PodDisruptionBudget", "chat-picker")
    assert budget["spec.minAvailable"] == 1
    selected = budget["spec.selector.matchLabels"].items()
    for name in NAMES:
        assert selected <= platform().get("Deployment", name)["spec.template.metadata.labels"].items()


def test_no_picker_objects_without_prefix_cache_routing() -> None:
    graph = without()
    names = {
        it["metadata.name"]
        for kind in ("Deployment", "Service", "Role", "PodDisruptionBudget")
        for it in graph.of(kind)
    }
    assert not [name for name in names if "picker" in name]
    for kind in ("HTTPRouteFilter", "ClientTrafficPolicy", "InferencePool", "CustomResourceDefinition"):
        assert graph.of(kind) == []


def _arguments(graph: Graph) -> list[str]:
    arguments: list[str] = pod_of(graph, NAMES[0])["containers"][0]["args"]
    return arguments
