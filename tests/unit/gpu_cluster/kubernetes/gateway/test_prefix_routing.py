"""Requests that an endpoint picker sees: rules of the route, and the policies on them."""

import re
from typing import Any

import pytest

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import platform_of


def platform(**gateway: Any) -> Graph:
    settings = {"host": "models.example.com", "tls": {"secret": "models-tls"}, **gateway}
    models = {"chat": model_of(replicas=2, routing="prefix-cache"), "next": model_of()}
    stack = stack_of(serving={"models": models}, gateway=settings)
    return platform_of(stack, gateway_keys=dict.fromkeys(settings.get("keys", {}), "key"))[0]


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
def test_the_picker_sees_the_apis_whose_prompts_it_reads(path: str, seen: bool) -> None:
    [match] = picked_rule(platform())["matches"]
    assert match["path"]["type"] == "RegularExpression"
    assert bool(re.fullmatch(match["path"]["value"], path)) is seen


def test_all_other_requests_have_the_rule_of_every_route() -> None:
    graph = platform()
    *_, rest = graph.get("HTTPRoute", "chat")["spec.rules"]
    [plain] = graph.get("HTTPRoute", "next")["spec.rules"]
    assert rest["matches"] == [{"path": {"type": "PathPrefix", "value": "/chat/v1"}}]
    assert rest["timeouts"] == plain["timeouts"] == picked_rule(graph)["timeouts"]
    assert rest["backendRefs"] == picked_rule(graph)["backendRefs"]


@pytest.mark.parametrize("path", ["/chat", "/v1.0/chat"])
def test_the_model_sees_its_own_path(path: str) -> None:
    graph = platform(routes={"chat": {"models": {"chat": 1}, "path": path}})
    [reference] = picked_rule(graph)["filters"]
    assert reference["extensionRef"]["kind"] == "HTTPRouteFilter"
    rewrite = graph.get("HTTPRouteFilter", reference["extensionRef"]["name"])["spec.urlRewrite.path"]
    found = rewrite["replaceRegexMatch"]
    asked = f"{path}/v1/chat/completions"
    [match] = picked_rule(graph)["matches"]
    assert re.fullmatch(match["path"]["value"], asked)
    assert re.sub(found["pattern"], found["substitution"], asked) == "/v1/chat/completions"


def test_a_route_at_the_root_needs_no_filter() -> None:
    graph = platform(host="*.models.example.com")
    assert "filters" not in picked_rule(graph)
    assert graph.of("HTTPRouteFilter") == []


def test_envoy_asks_the_picker_or_its_standby() -> None:
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
def test_the_controller_admits_backends_where_a_picker_is_one(tokens: int | None) -> None:
    limits = {"tokensPerMinute": tokens} if tokens else {}
    [config] = [
        it["values"]["config"]["envoyGateway"]
        for it in platform(**limits).of("Chart")
        if "config" in it["values"]
    ]
    assert config["extensionApis"] == {"enableBackend": True}
    assert ("rateLimit" in config) is bool(tokens)


def test_it_prefers_the_replica_that_the_picker_names() -> None:
    balancer = platform().get("BackendTrafficPolicy", "chat")["spec.loadBalancer"]
    [source] = balancer["endpointOverride"]["extractFrom"]
    removed = platform().only("ClientTrafficPolicy")["spec.headers.earlyRequestHeaders.remove"]
    assert source["header"] in removed, "a client must not name one"


def test_token_usage_is_read_of_requests_that_the_picker_sees() -> None:
    """A policy of a route replaces that of the Gateway, which reads token usage."""
    graph = platform(tokensPerMinute=1000)
    usage = graph.get("EnvoyExtensionPolicy", "token-usage")["spec.lua"]
    assert graph.get("EnvoyExtensionPolicy", "chat")["spec.lua"] == usage


def test_a_route_that_sends_no_requests_to_another_model_asks_the_picker() -> None:
    graph = platform(routes={"switch": {"models": {"chat": 1, "next": 0}}})
    assert picked_rule(graph, "switch")
