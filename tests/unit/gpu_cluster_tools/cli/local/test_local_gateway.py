"""Messages about the gateway of a stack on this machine."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from gpu_cluster.capacity import routes_of
from gpu_cluster.config.routing import Routing
from gpu_cluster.stack import load
from gpu_cluster_tools.cli.local.local_gateway import GatewayRequest, gateway_tools, say_unreal
from gpu_cluster_tools.real_node.selection import RealSelection, real_selection
from gpu_cluster_tools.toolchain import ENDPOINT_PICKER, RATE_LIMIT

STACK = load(Path(__file__).parents[4] / "stacks" / "happy" / "gateway-on-this-machine.yaml")


def request(key: str | None, certificate: Path | None) -> GatewayRequest:
    assert STACK.gateway
    [route] = routes_of(STACK.gateway, STACK.serving.models)
    return GatewayRequest(route, 20001, certificate, key)


def test_curl_command_resolves_to_this_machine_and_has_the_key() -> None:
    words = shlex.split(request("a'key", Path("/project/.local/gateway.crt")).as_curl())
    assert words[:6] == [
        "curl",
        "--resolve",
        "models.example.com:20001:127.0.0.1",
        "--cacert",
        "/project/.local/gateway.crt",
        "https://models.example.com:20001/chat/v1/chat/completions",
    ]
    assert "Authorization: Bearer a'key" in words


def test_request_without_certificate_and_key_uses_plain_http() -> None:
    words = shlex.split(request(None, None).as_curl())
    assert "http://models.example.com:20001/chat/v1/chat/completions" in words
    assert not [word for word in words if "Authorization" in word or word == "--cacert"]


def test_endpoint_picker_is_built_for_stacks_that_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpu_cluster_tools.real_node.selection.missing_envoy", lambda: None)
    real = real_selection(STACK)
    assert isinstance(real, RealSelection)
    assert ENDPOINT_PICKER not in gateway_tools(STACK, real)
    [(name, model)] = STACK.serving.models.items()
    chosen = model.model_copy(update={"routing": Routing.PREFIX_CACHE})
    serving = STACK.serving.model_copy(update={"models": {name: chosen}})
    stack = STACK.model_copy(update={"serving": serving})
    assert ENDPOINT_PICKER in gateway_tools(stack, real)
    assert ENDPOINT_PICKER not in gateway_tools(stack, None)


def test_rate_limit_service_is_built_for_stacks_with_token_limits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gpu_cluster_tools.real_node.selection.missing_envoy", lambda: None)
    real = real_selection(STACK)
    assert isinstance(real, RealSelection)
    assert STACK.gateway
    assert RATE_LIMIT not in gateway_tools(STACK, real)
    limited = STACK.model_copy(update={"gateway": STACK.gateway.model_copy(update={"tokens_per_minute": 9})})
    assert RATE_LIMIT in gateway_tools(limited, real)
    assert RATE_LIMIT not in gateway_tools(limited, None)


def test_gateway_on_simulated_nodes_is_reported_as_unavailable(capsys: pytest.CaptureFixture[str]) -> None:
    say_unreal(STACK, None)
    said = capsys.readouterr().out
    assert said == "gateway: created, but it does not answer, because all nodes are simulated\n"


def test_no_message_if_the_gateway_answers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gpu_cluster_tools.real_node.selection.missing_envoy", lambda: None)
    found = real_selection(STACK)
    assert isinstance(found, RealSelection)
    say_unreal(STACK, found)
    assert capsys.readouterr().out == ""
    say_unreal(STACK, replace(found, gateway=None))
    assert "it does not answer" in capsys.readouterr().out
