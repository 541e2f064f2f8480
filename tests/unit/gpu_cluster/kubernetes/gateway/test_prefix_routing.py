"""Route rules and policies for requests that an endpoint picker processes."""

import re
from typing import Any

import pytest

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import shared_platform_of


def platform(**gateway: Any) -> Graph:
    settings = {"host": "models.example.com", "tls": {"secret": "models-tls"}, **gateway}
    models = {"chat": model_of(replicas=2, routing="prefix-cache"), "next": model_of()}
    stack = stack_of(serving={"models": models}, gateway=settings)
    return shared_platform_of(stack, gateway_keys=dict.fromkeys(settings.get("keys", {}), "key"))[0]


def picked_rule(graph: Graph, route: str = "chat") -> dict[str, Any]:
    rules = graph.get("HTTPRoute", route)["spec.rules"]
    [rule] = [it for it in rules if it.get("name") == "prefix-cache"]
    return rule


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/chat/v1/chat/completions", True),
        ("/chat/v1/completions", True),
        ("/chat/v1/responses", True),
        ("/chat/v1/responses/1/cancel", False),
        ("/chat/v1/messages", False),
        ("/chat/v1/models", False),
        ("/chat/v1xchat/completions", False),
        ("/other/v1/chat/completions", False),
    ],
)
def test_picker_rule_matches_only_apis_with_prompts(path: str, seen: bool) -> None:
    [match] = picked_rule(platform())["matches"]
    assert match["path"]["type"] == "RegularExpression"
    assert bool(re.fullmatch(match["path"]["value"], path)) is seen


def test_other_requests_use_the_plain_route_rule() -> None:
    graph = platform()
    *_, rest = graph.get("HTTPRoute", "chat")["spec.rules"]
    [plain] = graph.get("HTTPRoute", "next")["spec.rules"]
    assert rest["matches"] == [{"path": {"type": "PathPrefix", "value": "/chat/v1"}}]
    assert rest["timeouts"] == plain["timeouts"] == picked_rule(graph)["timeouts"]
    assert rest["backendRefs"] == picked_rule(graph)["backendRefs"]


@pytest.mark.parametrize("path", ["/chat", "/v1.0/chat"])
def test_picker_rule_rewrites_the_path_of_the_route(path: str) -> None:
    graph = platform(routes={"chat": {"models": {"chat": 1}, "path": path}})
    [reference] = picked_rule(graph)["filters"]
    assert reference["extensionRef"]["kind"] == "HTTPRouteFilter"
    rewrite = graph.get("HTTPRouteFilter", reference["extensionRef"]["name"])["spec.urlRewrite.path"]
    found = rewrite["replaceRegexMatch"]
    asked = f"{path}/v1/chat/completions"
    [match] = picked_rule(graph)["matches"]
    assert re.fullmatch(match["path"]["value"], asked)
    assert re.sub(found["pattern"], found["substitution"], asked) == "/v1/chat/completions"


def test_route_at_the_root_has_no_path_filter() -> None:
    graph = platform(host="*.models.example.com")
    assert "filters" not in picked_rule(graph)
    assert graph.of("HTTPRouteFilter") == []


def test_extension_policy_calls_the_picker_with_the_standby_as_fallback() -> None:
    policy = platform().get("EnvoyExtensionPolicy", "chat")
    [target] = policy["spec.targetRefs"]
    assert (target["name"], target["sectionName"]) == ("chat", "prefix-cache")
    [asked] = policy["spec.extProc"]
    assert [(it["name"], it.get("fallback", False)) for it in asked["backendRefs"]] == [
        ("chat-picker", False),
        ("chat-picker-standby", True),
    ]
    for reference in asked["backendRefs"]:
        assert reference["kind"] == "Backend"
        [endpoint] = platform().get("Backend", reference["name"])["spec.endpoints"]
        name = f"{reference['name']}.serving.svc.cluster.local"
        assert endpoint["fqdn"] == {"hostname": name, "port": 9002}
    assert "response" not in asked["processingMode"]
    assert "lua" not in policy["spec"]


@pytest.mark.parametrize("tokens", [None, 1000])
def test_gateway_controller_enables_backends_for_pickers(tokens: int | None) -> None:
    limits = {"tokensPerMinute": tokens} if tokens else {}
    [config] = [
        it["values"]["config"]["envoyGateway"]
        for it in platform(**limits).of("Chart")
        if "config" in it["values"]
    ]
    assert config["extensionApis"] == {"enableBackend": True}
    assert ("rateLimit" in config) is bool(tokens)


def test_load_balancer_uses_the_picker_header_that_clients_cannot_set() -> None:
    balancer = platform().get("BackendTrafficPolicy", "chat")["spec.loadBalancer"]
    [source] = balancer["endpointOverride"]["extractFrom"]
    removed = platform().only("ClientTrafficPolicy")["spec.headers.earlyRequestHeaders.remove"]
    assert source["header"] in removed, "a client must not name one"


def test_picker_policy_includes_the_token_usage_filter() -> None:
    """A route's policy replaces the Gateway's policy, which reads token usage."""
    graph = platform(tokensPerMinute=1000)
    usage = graph.get("EnvoyExtensionPolicy", "token-usage")["spec.lua"]
    assert graph.get("EnvoyExtensionPolicy", "chat")["spec.lua"] == usage


def test_route_with_zero_weight_for_other_models_uses_the_picker() -> None:
    graph = platform(routes={"switch": {"models": {"chat": 1, "next": 0}}})
    assert picked_rule(graph, "switch")
