"""Routes: backends, API keys and rate limits."""

from typing import Any

from gpu_cluster.plan import Graph
from gpu_cluster.stack import load, load_any
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import shared_platform_of, team_of


def platform(models: dict[str, Any] | None = None, **gateway: Any) -> tuple[Graph, dict[str, Any]]:
    settings = {"host": "models.example.com", "tls": {"secret": "models-tls"}, **gateway}
    stack = stack_of(serving={"models": models or {"chat": model_of()}}, gateway=settings)
    return shared_platform_of(stack, gateway_keys=dict.fromkeys(settings.get("keys", {}), "key"))


def of_eks() -> tuple[Graph, dict[str, Any]]:
    return shared_platform_of(
        load(STACKS / "happy/eks-gateway.yaml"), gateway_keys={"search": "key", "support": "key"}
    )


def test_each_model_has_a_route_of_the_same_name() -> None:
    graph, outputs = platform()
    route = graph.only("HTTPRoute")
    [rule] = route["spec.rules"]
    assert route["metadata.namespace"] == "serving"
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/chat/v1"}}]
    [rewrite] = rule["filters"]
    assert rewrite["urlRewrite"]["path"] == {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/v1"}
    assert rule["backendRefs"] == [{"name": "chat", "port": 8000, "weight": 1}]
    assert rule["timeouts"] == {"request": "60m"}
    assert outputs["gateway"] == {"urls": {"chat": "https://models.example.com/chat/v1"}}


def test_wildcard_host_gives_each_route_its_own_host() -> None:
    graph, outputs = platform(host="*.models.example.com")
    route = graph.only("HTTPRoute")
    assert route["spec.hostnames"] == ["chat.models.example.com"]
    [rule] = route["spec.rules"]
    assert rule["matches"][0]["path"]["value"] == "/v1"
    assert "filters" not in rule
    assert outputs["gateway"]["urls"]["chat"] == "https://chat.models.example.com/v1"


def test_weighted_route_splits_requests_between_models_with_a_shared_name() -> None:
    graph, _ = of_eks()
    [rule] = graph.get("HTTPRoute", "chat")["spec.rules"]
    assert {it["name"]: it["weight"] for it in rule["backendRefs"]} == {"chat": 90, "chat-next": 10}
    arguments = {
        name: graph.get("Deployment", name)["spec.template.spec.containers"][0]["args"]
        for name in ("chat", "chat-next")
    }
    assert "--served-model-name=chat" in arguments["chat"]
    start = arguments["chat-next"].index("--served-model-name")
    assert arguments["chat-next"][start : start + 4][1:3] == ["chat-next", "chat"]
    assert arguments["chat-next"][start + 3].startswith("--")


def test_custom_server_route_forwards_every_path() -> None:
    graph, _ = of_eks()
    [rule] = graph.get("HTTPRoute", "rank")["spec.rules"]
    assert rule["matches"][0]["path"]["value"] == "/ranking"
    assert rule["filters"][0]["urlRewrite"]["path"]["replacePrefixMatch"] == "/"
    policies = [it for it in graph.of("NetworkPolicy") if it["metadata.name"] == "allow-gateway"]
    [policy] = [it for it in policies if it["metadata.namespace"] == "serving"]
    assert [port["port"] for port in policy["spec.ingress"][0]["ports"]] == [8000, 9000]


def test_routes_are_created_after_the_security_policy_and_keys() -> None:
    graph, _ = of_eks()
    policy = graph.only("SecurityPolicy")
    assert [it["name"] for it in policy["spec.targetRefs"]] == ["chat", "rank"]
    assert policy["spec.apiKeyAuth.sanitize"] is True
    secret = graph.get("Secret", "gateway-keys")
    assert set(secret["stringData"]) == {"search", "support"}
    for route in graph.of("HTTPRoute"):
        assert graph.waits_for(route, policy)
        assert graph.waits_for(route, secret)


def test_routes_with_api_keys_are_closed_without_key_values() -> None:
    """Envoy Gateway answers 500 on routes whose policy names a missing Secret."""
    graph, _ = shared_platform_of(load(STACKS / "happy/eks-gateway.yaml"))
    assert graph.only("SecurityPolicy")["spec.apiKeyAuth.credentialRefs"] == [{"name": "gateway-keys"}]
    assert "gateway-keys" not in [it["metadata.name"] for it in graph.of("Secret")]


def test_request_limits_apply_per_consumer() -> None:
    graph, _ = of_eks()
    limits = {
        it["metadata.name"]: it["spec.rateLimit.local.rules"][-1] for it in graph.of("BackendTrafficPolicy")
    }
    assert {name: rule["limit"]["requests"] for name, rule in limits.items()} == {"chat": 600, "rank": 6000}
    [selector] = limits["chat"]["clientSelectors"]
    assert selector["headers"][0] == {"name": "x-consumer", "type": "Distinct"}


def test_request_limit_without_api_keys_applies_to_all_clients() -> None:
    graph, _ = platform(requestsPerMinute=60)
    [rule] = graph.only("BackendTrafficPolicy")["spec.rateLimit.local.rules"]
    assert "clientSelectors" not in rule
    assert graph.of("SecurityPolicy") == []


def test_team_routes_are_below_the_path_of_the_team() -> None:
    graph, outputs = team_of(load_any(STACKS / "teams/happy-routes.yaml"), gateway_keys={"mobile": "key"})  # pyright: ignore[reportArgumentType]
    [rule] = graph.get("HTTPRoute", "app")["spec.rules"]
    assert rule["matches"][0]["path"]["value"] == "/vision/app"
    assert rule["backendRefs"] == [{"name": "app", "port": 9000, "weight": 1}]
    assert outputs["gateway"]["urls"] == {
        "app": "https://models.example.com/vision/app",
        "detect": "https://models.example.com/vision/detect/v1",
    }


def test_api_key_secret_of_a_team_has_an_owner_reference() -> None:
    """A team may not list secrets, so it would wait forever for a deletion."""
    graph, _ = team_of(load_any(STACKS / "teams/happy-routes.yaml"), gateway_keys={"mobile": "key"})  # pyright: ignore[reportArgumentType]
    [owner] = graph.get("Secret", "gateway-keys")["metadata.ownerReferences"]
    assert owner["kind"] == "ConfigMap"


def test_token_limits_count_response_tokens_per_consumer() -> None:
    graph, _ = of_eks()
    limits = graph.get("BackendTrafficPolicy", "chat")["spec.rateLimit"]
    [own, others] = limits["global"]["rules"]
    cost = {
        "request": {"from": "Number", "number": 0},
        "response": {"from": "Metadata", "metadata": {"namespace": "gpu-cluster", "key": "tokens"}},
    }
    header = {"name": "x-consumer", "type": "Exact", "value": "support"}
    assert own == {
        "limit": {"requests": 20000, "unit": "Minute"},
        "clientSelectors": [{"headers": [header]}],
        "cost": cost,
    }
    assert others["limit"]["requests"] == 200000
    assert others["clientSelectors"] == [
        {"headers": [{"name": "x-consumer", "type": "Distinct"}, {**header, "invert": True}]}
    ]
    assert [it["limit"]["requests"] for it in limits["local"]["rules"]] == [60, 600]


def test_consumer_token_limit_applies_on_routes_without_limit() -> None:
    graph, _ = of_eks()
    limits = graph.get("BackendTrafficPolicy", "rank")["spec.rateLimit"]
    assert [it["limit"]["requests"] for it in limits["global"]["rules"]] == [20000]


def test_token_limit_without_api_keys_is_shared_by_all_clients() -> None:
    graph, _ = platform(tokensPerMinute=1000)
    [rule] = graph.only("BackendTrafficPolicy")["spec.rateLimit.global.rules"]
    assert "clientSelectors" not in rule


def test_models_behind_a_token_limit_include_usage_in_streams() -> None:
    two = {"chat": model_of(), "other": model_of()}
    routes = {"chat": {"models": {"chat": 1}, "tokensPerMinute": 1000}, "other": {"models": {"other": 1}}}
    graph, _ = platform(two, routes=routes)
    forced = {
        name: "--enable-force-include-usage"
        in graph.get("Deployment", name)["spec.template.spec.containers"][0]["args"]
        for name in two
    }
    assert forced == {"chat": True, "other": False}


def test_token_usage_filter_is_created_before_the_routes() -> None:
    graph, _ = of_eks()
    reader = graph.only("EnvoyExtensionPolicy")
    assert reader["spec.targetRefs"] == [
        {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "models"}
    ]
    assert all(graph.waits_for(route, reader) for route in graph.of("HTTPRoute"))
