from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.real_node import cluster_dns
from tests.unit.gpu_cluster.kubernetes.telemetry.test_telemetry import graph, policy


def applied(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    made: dict[str, Any] = {}

    class Recorder:
        def __init__(self, kubeconfig: Path) -> None: ...

        def apply(self, path: str, body: dict[str, Any]) -> None:
            made[path] = body

    monkeypatch.setattr(cluster_dns, "DynamicClient", Recorder)
    cluster_dns.cluster_dns(Path("kubeconfig"))
    return made


def test_pods_reach_the_api_server_on_a_port_allowed_by_network_policies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A policy applies after the Service's address translation; the API server's own port is not fixed."""
    found = applied(monkeypatch)["/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes"]
    [port] = found["ports"]
    [rule] = policy(graph("teams-on-a-site"), "telemetry", f"allow-api-{port['port']}")["egress"]
    assert [it["port"] for it in rule["ports"]] == [port["port"]]


def test_kubernetes_service_has_that_address_as_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    found = applied(monkeypatch)["/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes"]
    assert found["metadata"]["labels"] == {"kubernetes.io/service-name": "kubernetes"}
    assert found["endpoints"][0]["addresses"] == ["192.0.2.1"]
