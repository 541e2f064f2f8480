"""Requests through the real Envoy, with the routes, keys, limits and weights that the platform renders.

The real Envoy Gateway reads them from a file, without a cluster, and has no Services and namespace labels
there, so models are Backends and every namespace may attach routes; test_gateway.py tests those on a real API
server. Requires root, for a network in which both can listen.
"""

import base64
import json
import os
import socket
import ssl
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from gpu_cluster.plan import Graph
from gpu_cluster_tools.real_node.self_signed import self_signed_secret
from gpu_cluster_tools.toolchain import ENVOY_GATEWAY, provide
from gpu_cluster_tools.toolchain.envoy import missing_envoy, provide_envoy
from tests.rehearsal.envoy import SYSTEM, model_servers, running
from tests.rehearsal.envoy_bootstrap import bootstrap
from tests.rehearsal.private_network import PrivateNetwork, private_network
from tests.rehearsal.within import within
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import platform_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for a network of its own"),
    pytest.mark.skipif(missing_envoy() is not None, reason=f"needs {missing_envoy()}"),
]

HOST = "models.example.com"
KEYS = {"search": "key-of-search", "other": "key-of-other"}
ADDRESSES = {"chat": "10.99.0.1", "chat-next": "10.99.0.2"}
RENDERED = (
    "Namespace",
    "Secret",
    "Backend",
    "EnvoyProxy",
    "SecurityPolicy",
    "BackendTrafficPolicy",
    "HTTPRoute",
    "Gateway",
    "GatewayClass",
)
"""Kinds that the controller reads, in its order."""

_START_SECONDS = 90


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateNetwork]:
    folder = tmp_path_factory.mktemp("envoy")
    controller = provide(ENVOY_GATEWAY)
    home = {"HOME": str(folder), "USER": "root"}
    made = [controller, "certgen", "--local", f"--config-home={folder / 'config'}"]
    subprocess.run(made, env=home, check=True, capture_output=True)
    certificates = folder / "config" / "certs"
    objects = [*rendered(), *(internal(certificates / it) for it in ("envoy", "envoy-oidc-hmac"))]
    _write(folder / "objects" / "all.yaml", sorted(objects, key=lambda it: RENDERED.index(it["kind"])))
    _write(folder / "gateway.yaml", [configuration(folder)])
    _write(folder / "bootstrap.yaml", [bootstrap(certificates / "envoy")])
    with private_network() as network, model_servers(network, ADDRESSES, 8000):
        server = network.command(str(controller), "server", f"--config-path={folder / 'gateway.yaml'}")
        envoy = network.command(
            str(provide_envoy()), "-c", str(folder / "bootstrap.yaml"), "--use-dynamic-base-id"
        )
        with running(server, home, folder / "controller.log"):
            ready = certificates / "envoy" / "xds-certificate.json"
            assert within(_START_SECONDS, lambda: ready.exists()), (folder / "controller.log").read_text()[
                -3000:
            ]
            with running(envoy, home, folder / "envoy.log"):
                assert within(_START_SECONDS, lambda: _answers(network)), (folder / "envoy.log").read_text()[
                    -3000:
                ]
                yield network


def rendered() -> Iterator[dict[str, Any]]:
    """Rendered objects of the kinds that the controller reads from files."""
    gateway = {
        "host": HOST,
        "tls": {"secret": "models-tls"},
        "keys": {consumer: {"secure": "v1:A:B"} for consumer in KEYS},
        "routes": {
            "chat": {"models": {"chat": 75, "chat-next": 25}},
            "limited": {"models": {"chat": 1}, "requestsPerMinute": 3},
        },
        "limits": {"other": {"requestsPerMinute": 5}},
    }
    models = {name: model_of() for name in ADDRESSES}
    graph: Graph = platform_of(stack_of(serving={"models": models}, gateway=gateway), gateway_keys=KEYS)[0]
    for resource in graph.made:
        kind = resource.type.rpartition(":")[2]
        content: dict[str, Any] = json.loads(json.dumps(dict(resource.inputs), default=str))
        name = content.get("metadata", {}).get("name")
        if kind not in RENDERED or (kind == "Secret" and name != "gateway-keys"):
            continue
        content["metadata"].pop("annotations")
        yield {"apiVersion": "v1", **_for_files(kind, content), "kind": kind}
    yield self_signed_secret("models-tls", "gateway-system", HOST)
    for name, address in ADDRESSES.items():
        yield {
            "apiVersion": "gateway.envoyproxy.io/v1alpha1",
            "kind": "Backend",
            "metadata": {"name": name, "namespace": "serving"},
            "spec": {"endpoints": [{"ip": {"address": address, "port": 8000}}]},
        }


def _for_files(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    spec = content.get("spec", {})
    if kind == "Secret":
        content["data"] = {name: _encoded(it.encode()) for name, it in content.pop("stringData").items()}
    elif kind == "Gateway":
        spec["listeners"][0]["allowedRoutes"]["namespaces"] = {"from": "All"}
    elif kind == "EnvoyProxy":
        content["spec"] = {}
    elif kind == "HTTPRoute":
        for backend in spec["rules"][0]["backendRefs"]:
            backend.pop("port")
            backend |= {"group": "gateway.envoyproxy.io", "kind": "Backend"}
    return content


def internal(folder: Path) -> dict[str, Any]:
    """A Secret of the controller, as its Job writes it into a cluster."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {"name": folder.name, "namespace": SYSTEM},
        "data": {it.name: _encoded(it.read_bytes()) for it in folder.iterdir()},
    }


def configuration(folder: Path) -> dict[str, Any]:
    files = {"type": "File", "file": {"paths": [str(folder / "objects")]}}
    folders = {f"{name}Home": str(folder / name) for name in ("config", "data", "state")}
    host = {**folders, "runtimeDir": str(folder / "runtime")}
    return {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "EnvoyGateway",
        "gateway": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"},
        "provider": {
            "type": "Custom",
            "custom": {"resource": files, "infrastructure": {"type": "Host", "host": host}},
        },
        "extensionApis": {"enableBackend": True},
    }


def ask(
    network: PrivateNetwork, path: str, key: str | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """Status and content of the response to a TLS request."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    given = {**(headers or {}), **({"Authorization": f"Bearer {key}"} if key else {})}

    def asked() -> tuple[int, Any]:
        connection = HTTPSConnection(HOST, timeout=10)
        plain = socket.create_connection(("127.0.0.1", 443), 10)
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        try:
            connection.request("GET", path, headers=given)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        return answer.status, json.loads(text) if text.startswith("{") else text

    return network.call(asked)


def test_request_without_a_valid_key_is_refused(proxy: PrivateNetwork) -> None:
    assert ask(proxy, "/chat/v1/models")[0] == 401
    assert ask(proxy, "/chat/v1/models", "wrong")[0] == 401


def test_request_with_a_key_reaches_the_model_without_the_key(proxy: PrivateNetwork) -> None:
    """The model receives its own path and the consumer's name without the key; a claimed name is replaced."""
    claimed = {"X-Consumer": "somebody-else"}
    status, asked = ask(proxy, "/chat/v1/models?limit=1", KEYS["search"], claimed)
    assert (status, asked["path"]) == (200, "/v1/models?limit=1")
    found = {name.lower(): value for name, value in asked["headers"].items()}
    assert found["x-consumer"] == "search"
    assert "authorization" not in found


def test_key_can_be_in_another_header(proxy: PrivateNetwork) -> None:
    assert ask(proxy, "/chat/v1/models", headers={"X-API-Key": KEYS["other"]})[0] == 200


def test_requests_are_divided_by_weight(proxy: PrivateNetwork) -> None:
    counted = Counter(ask(proxy, "/chat/v1/models", KEYS["search"])[1]["model"] for _ in range(400))
    assert counted.keys() == {"chat", "chat-next"}
    assert 60 <= counted["chat-next"] <= 140  # 100 expected; four standard deviations


@pytest.mark.parametrize("path", ["/chat/metrics", "/chat/health", "/v1/models", "/metrics", "/chat"])
def test_path_outside_the_model_api_is_not_found(proxy: PrivateNetwork, path: str) -> None:
    assert ask(proxy, path, KEYS["search"])[0] == 404


def test_each_consumer_has_its_own_rate_limit(proxy: PrivateNetwork) -> None:
    def statuses(consumer: str, times: int) -> list[int]:
        return [ask(proxy, "/limited/v1/models", KEYS[consumer])[0] for _ in range(times)]

    assert statuses("search", 5) == [200, 200, 200, 429, 429]
    assert statuses("other", 6) == [200, 200, 200, 200, 200, 429]  # another limit for this consumer


def _answers(network: PrivateNetwork) -> bool:
    try:
        return ask(network, "/chat/v1/models")[0] == 401
    except OSError:
        return False


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _write(file: Path, documents: list[dict[str, Any]]) -> None:
    file.parent.mkdir(exist_ok=True)
    yaml = YAML(typ="safe", pure=True)
    with file.open("w") as stream:
        yaml.dump_all(documents, stream)  # pyright: ignore[reportUnknownMemberType]
