"""Connections to a Prometheus, and invalid answers; a real one: tests/witnesses/test_actual_cost.py."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# botocore has no types

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx2
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.api_server import NoAnswerError
from gpu_cluster_tools.usage import prometheus as subject
from gpu_cluster_tools.usage.prometheus import (
    BEARER,
    NoUsageError,
    Prometheus,
    prometheus_at,
    prometheus_of,
)
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import Cluster, listed, pod

NOW = datetime(2026, 11, 30, tzinfo=UTC)
PODS = "/api/v1/namespaces/telemetry/pods"
OPERATED = "/api/v1/namespaces/monitoring/pods"
EXISTING = {"telemetry": {"prometheus": "existing"}}


class Recorder(BaseHTTPRequestHandler):
    asked: tuple[str, str | None, str]

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Recorder.asked = (self.path, self.headers.get("Authorization"), form)
        body = json.dumps(
            {"status": "success", "data": {"result": [{"metric": {"a": "b"}, "value": [0, "2"]}]}}
        )
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Recorder)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_address_can_have_a_path(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BEARER, raising=False)
    assert prometheus_at(f"{address}/prometheus/").at("up", NOW) == [({"a": "b"}, 2.0)]
    assert Recorder.asked == ("/prometheus/api/v1/query", None, "query=up&time=1795996800")


@pytest.mark.parametrize(
    "url", ["prometheus:9090", "ftp://a.example", "https://", "https://a.example/?b=c", ""]
)
def test_invalid_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="expected an address such as"):
        prometheus_at(url)


def test_token_is_never_sent_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BEARER, "secret")
    with pytest.raises(ValueError, match="expected https") as refused:
        prometheus_at("http://prometheus.example.com")
    assert "secret" not in str(refused.value)


def test_requests_to_amazon_are_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore computes the same signature from the request that is sent."""
    for name, value in {"ACCESS_KEY_ID": "AKIDEXAMPLE", "SECRET_ACCESS_KEY": "secret"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    sent: list[httpx2.Request] = []

    def post(url: str, *, content: bytes, headers: Any, **_: object) -> httpx2.Response:
        sent.append(httpx2.Request("POST", url, content=content, headers=headers))
        return httpx2.Response(200, json={"status": "success", "data": {"result": []}})

    monkeypatch.setattr(subject.httpx2, "post", post)
    address = "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-0a1b2c3d"
    assert prometheus_at(address).at('up{job="a b"}', NOW) == []

    [request] = sent
    assert request.url.path == "/workspaces/ws-0a1b2c3d/api/v1/query"
    given = request.headers["Authorization"]
    assert "/eu-central-1/aps/aws4_request" in given
    again = AWSRequest(
        "POST",
        str(request.url),
        headers={"Content-Type": request.headers["Content-Type"], "Host": request.headers["Host"]},
        data=request.content,
    )
    again.context["timestamp"] = request.headers["X-Amz-Date"]
    again.headers["X-Amz-Date"] = request.headers["X-Amz-Date"]
    signer = SigV4Auth(Credentials("AKIDEXAMPLE", "secret"), "aps", "eu-central-1")
    signature = signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
    assert given.endswith(f"Signature={signature}")


@pytest.mark.parametrize(
    "host", ["aps-workspaces.eu-central-1.amazonaws.com", "aps-workspaces-fips.us-east-2.api.aws"]
)
def test_signed_request_is_never_sent_without_tls(host: str) -> None:
    with pytest.raises(ValueError, match="expected https, for a signed request"):
        prometheus_at(f"http://{host}/workspaces/ws-0a1b2c3d")


def answering(status: int, body: bytes) -> Prometheus:
    return Prometheus(lambda path, form: (status, body))


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (422, b'{"status": "error", "error": "query timed out"}', "refuses: query timed out"),
        (503, b"no healthy upstream", "answers 503 and no JSON"),
        (200, b'{"status": "success"}', "answers 200 and no JSON"),
        (200, b"[]", "answers 200 and no JSON"),
        (200, b'{"status": "success", "data": {"result": [{"metric": {}}]}}', "answers 200 and no JSON"),
        (200, b'{"status": "success", "data": {"result": [{"value": [0, "1"]}]}}', "answers 200 and no JSON"),
        (200, b'{"status": "success", "data": {"result": ["a"]}}', "answers 200 and no JSON"),
        (200, b'{"status":' + b"[" * 100_000, "answers 200 and no JSON"),
    ],
)
def test_invalid_answer_is_an_error(status: int, body: bytes, message: str) -> None:
    with pytest.raises(NoUsageError, match=message):
        answering(status, body).at("up", NOW)


def test_unreachable_address_is_an_error() -> None:
    with pytest.raises(NoUsageError, match="Prometheus does not answer"):
        prometheus_at("http://127.0.0.1:9").at("up", NOW)


@pytest.mark.parametrize(
    ("settings", "paths", "message"),
    [
        (stack("local", {}), {}, "gpu-cluster:telemetry is off"),
        (stack("onprem", {}), {PODS: None}, "may not list pods of telemetry"),
        (stack("onprem", {}), {PODS: listed()}, "0 of 0 pods"),
        (stack("onprem", {}), {PODS: listed(pod("prometheus-0", "n", ready=False))}, "0 of 1 pods"),
        (stack("onprem", EXISTING), {OPERATED: listed()}, "in monitoring are ready"),
        (
            stack("onprem", {}),
            {
                PODS: listed(pod("prometheus-0", "fake-0")),
                "/api/v1/nodes": listed(
                    {"metadata": {"name": "fake-0", "annotations": {"kwok.x-k8s.io/node": "fake"}}}
                ),
            },
            "simulated node",
        ),
    ],
)
def test_stack_without_a_running_prometheus_has_a_reason(
    settings: Stack, paths: dict[str, Any], message: str
) -> None:
    with pytest.raises(NoUsageError, match=message):
        prometheus_of(settings, lambda: Cluster(paths))


def test_port_forward_uses_the_port_of_the_prometheus_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    """Port names of the operator select the port; its sidecar has ports too."""
    seen: list[tuple[str, str, int]] = []

    def refused(_: object, namespace: str, name: str, port: int, **__: object) -> Any:
        seen.append((namespace, name, port))
        raise NoAnswerError("no way")

    monkeypatch.setattr(subject, "port_forward", refused)
    operated = pod("prometheus-k8s-0", "n", namespace="monitoring")
    operated["spec"]["containers"] = [
        {"name": "config-reloader", "ports": [{"name": "reloader-web", "containerPort": 8080}]},
        {"name": "prometheus", "ports": [{"name": "http-web", "containerPort": 9999}]},
    ]
    for settings, paths in (
        (stack("onprem", {}), {PODS: listed(pod("prometheus-0", "n"))}),
        (stack("onprem", EXISTING), {OPERATED: listed(operated)}),
    ):
        with pytest.raises(NoUsageError, match="Prometheus does not answer: no way"):
            prometheus_of(settings, partial(Cluster, paths)).at("up", NOW)
    assert seen == [("telemetry", "prometheus-0", 9090), ("monitoring", "prometheus-k8s-0", 9999)]
