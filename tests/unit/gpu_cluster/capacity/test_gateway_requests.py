"""Resource requests of gateway pods."""

from typing import Any

from gpu_cluster.capacity.gateway_requests import gateway_pods
from gpu_cluster.config.gateway import GatewaySettings


def millis(**gateway: Any) -> int:
    settings = GatewaySettings.model_validate({"host": "models.example.com", "http": True, **gateway})
    return sum(int(pod["cpu"].removesuffix("m")) for pod in gateway_pods(settings))


def test_token_limits_add_rate_limit_service_and_counter_pods() -> None:
    """Three service pods during an update, and one counter pod, which is replaced."""
    assert millis(tokensPerMinute=1) - millis(requestsPerMinute=1) == 3 * 100 + 50


def test_token_limit_of_a_route_or_consumer_adds_the_same_pods() -> None:
    of_route = {"routes": {"chat": {"models": {"chat": 1}, "tokensPerMinute": 1}}}
    of_consumer = {"limits": {"search": {"tokensPerMinute": 1}}}
    assert millis(**of_route) == millis(**of_consumer) == millis(tokensPerMinute=1)


def test_each_model_with_pickers_adds_four_pods_during_an_update() -> None:
    settings = GatewaySettings.model_validate({"host": "models.example.com", "http": True})
    more = gateway_pods(settings, picked=3)[len(gateway_pods(settings)) :]
    assert more == [{"cpu": "100m", "memory": "128Mi"}] * 12


def test_existing_gateway_class_adds_no_pods() -> None:
    assert (
        gateway_pods(GatewaySettings.model_validate({"host": "a.example.com", "http": True, "class": "x"}))
        == []
    )
