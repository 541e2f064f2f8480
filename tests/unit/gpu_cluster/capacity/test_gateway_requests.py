"""Requests of the pods of a gateway."""

from typing import Any

from gpu_cluster.capacity.gateway_requests import gateway_pods
from gpu_cluster.config.gateway import GatewaySettings


def millis(**gateway: Any) -> int:
    settings = GatewaySettings.model_validate({"host": "models.example.com", "http": True, **gateway})
    return sum(int(pod["cpu"].removesuffix("m")) for pod in gateway_pods(settings))


def test_token_limits_add_the_service_and_its_counters() -> None:
    """Three of the service during an update, and one pod of counters, which is replaced."""
    assert millis(tokensPerMinute=1) - millis(requestsPerMinute=1) == 3 * 100 + 50


def test_a_limit_of_one_route_or_one_consumer_is_enough() -> None:
    of_route = {"routes": {"chat": {"models": {"chat": 1}, "tokensPerMinute": 1}}}
    of_consumer = {"limits": {"search": {"tokensPerMinute": 1}}}
    assert millis(**of_route) == millis(**of_consumer) == millis(tokensPerMinute=1)


def test_each_model_with_pickers_adds_two_which_an_update_starts_beside_two() -> None:
    settings = GatewaySettings.model_validate({"host": "models.example.com", "http": True})
    more = gateway_pods(settings, picked=3)[len(gateway_pods(settings)) :]
    assert more == [{"cpu": "100m", "memory": "128Mi"}] * 12


def test_another_class_brings_its_own_pods() -> None:
    assert (
        gateway_pods(GatewaySettings.model_validate({"host": "a.example.com", "http": True, "class": "x"}))
        == []
    )
