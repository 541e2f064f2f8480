"""The gateway of a stack on this machine: its tools, its certificate, and a first answer through it."""

import base64
import http.client
import json
import shlex
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2
import typer

from gpu_cluster.capacity import picked_models, routes_of
from gpu_cluster.capacity.gateway_routes import Route
from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.images import RATE_LIMIT as RATE_LIMIT_IMAGE
from gpu_cluster.kubernetes.gateway.names import NAMESPACE, PROXIES
from gpu_cluster.kubernetes.gateway.network_policies import PROXY_LABELS
from gpu_cluster.plan import Graph
from gpu_cluster.stack.resolved_paths import LOCAL_CHARTS
from gpu_cluster_tools.cli.local.first_answer import first_answer
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.real_node.images import LocalImage, RateLimiter, gateway_images
from gpu_cluster_tools.real_node.real_nodes import RealNodes
from gpu_cluster_tools.real_node.selection import RealSelection, gateway_pool
from gpu_cluster_tools.real_node.self_signed import self_signed_secret
from gpu_cluster_tools.rehearsal import PulumiEngine, RehearsalError
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.rehearsal.stack_tools import gateway_charts, write_charts
from gpu_cluster_tools.toolchain import ENDPOINT_PICKER, ENVOY_GATEWAY, RATE_LIMIT, Tool, Toolchain
from gpu_cluster_tools.toolchain.envoy import VALKEY, provide_envoy

_CERTIFICATE = "gateway.crt"
"""Certificate of the gateway, below .local."""

_SECONDS = 180
"""Timeout for the controller to create the proxies, and for their routes."""


def gateway_tools(settings: Stack, real: RealSelection | None) -> list[Tool]:
    if not (real and real.gateway):
        return gateway_charts(settings)
    pickers = [ENDPOINT_PICKER] if picked_models(settings.gateway, settings.serving.models) else []
    limiter = [RATE_LIMIT] if settings.gateway and settings.gateway.counts_tokens else []
    return [*gateway_charts(settings), ENVOY_GATEWAY, *pickers, *limiter]


def prepare_gateway(project: RunningProject, settings: Stack, toolchain: Toolchain) -> None:
    """Write the charts that the engine renders, where the stack has a gateway."""
    if settings.gateway:
        folder = project.folder / LOCAL_CHARTS
        folder.parent.mkdir(exist_ok=True)
        write_charts(settings, toolchain, folder)


def images_of_gateway(
    settings: Stack, real: RealSelection, graph: Graph, toolchain: Toolchain
) -> dict[str, list[LocalImage]]:
    """Images by the pool that runs the gateway."""
    if real.gateway is None:
        return {}
    picker = toolchain.tools.get(ENDPOINT_PICKER.name)
    service = toolchain.tools.get(RATE_LIMIT.name)
    name = RATE_LIMIT_IMAGE.at(settings.mirror)
    images = gateway_images(
        graph,
        toolchain.path(ENVOY_GATEWAY.name),
        provide_envoy(),
        picker.path if picker else None,
        RateLimiter(name, service.path, VALKEY.provide()) if service else None,
    )
    return {real.gateway.name: images}


def say_unreal(settings: Stack, real: RealSelection | None) -> None:
    """A line where the stack has a gateway and nothing of it answers."""
    if settings.gateway is None or (real and real.gateway):
        return
    found = gateway_pool(settings) if real else "all nodes are simulated"
    typer.echo(f"gateway: created, but it does not answer, because {found}")


def gateway_answered(
    project: RunningProject, settings: Stack, engine: PulumiEngine, real: RealSelection
) -> None:
    """Ask a model once by the gateway, and show how to ask it again."""
    if settings.gateway is None or real.gateway is None:
        return
    route = _real_route(settings, settings.gateway, real)
    if route is None:
        typer.echo("gateway: not tested, because every route has targets on simulated nodes")
        return
    api = DynamicClient(project.local / "kubeconfig")
    certificate = _certificate(project, settings.gateway, api)
    port = RealNodes(project.local).lead_to_gateway(_service(api))
    consumer = next(iter(settings.gateway.keys), None)
    key = engine.output("config", "get", "--path", f"gpu-cluster:gateway.keys.{consumer}") if consumer else ""
    request = GatewayRequest(route, port, certificate, key.strip() or None)
    started = time.monotonic()
    answer = first_answer("the gateway", port, request.ask, seconds=_SECONDS)
    taken = (time.monotonic() - started) * 1000
    refused = f"; without a key: {request.without_key().status()}" if consumer else ""
    typer.echo(f"gateway: route {route.name} answered in {taken:.0f} ms{refused}: {answer}")
    typer.echo(f"ask it: {request.as_curl()}")


@dataclass(frozen=True)
class GatewayRequest:
    """A question by a route, to a port of this machine."""

    route: Route
    port: int
    certificate: Path | None
    """Certificate of the gateway; None for plain HTTP."""

    key: str | None

    def without_key(self) -> "GatewayRequest":
        return GatewayRequest(self.route, self.port, self.certificate, None)

    def status(self) -> int:
        return self.ask()[0]

    def ask(self) -> tuple[int, str]:
        """Status and content of the answer. `OSError` or `HTTPException` where there is none."""
        plain = socket.create_connection(("127.0.0.1", self.port), _SECONDS)
        connection = http.client.HTTPConnection(self.route.host, self.port)
        connection.sock = self._encrypted(plain)
        try:
            connection.request("POST", self._path, self._body, self._headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def as_curl(self) -> str:
        """The same as a command."""
        host = f"{self.route.host}:{self.port}"
        words = ["curl", "--resolve", f"{host}:127.0.0.1"]
        if self.certificate:
            words += ["--cacert", str(self.certificate)]
        words.append(f"{'https' if self.certificate else 'http'}://{host}{self._path}")
        for name, value in self._headers.items():
            words += ["-H", f"{name}: {value}"]
        return shlex.join([*words, "-d", self._body])

    def _encrypted(self, plain: socket.socket) -> socket.socket:
        if self.certificate is None:
            return plain
        context = ssl.create_default_context(cafile=str(self.certificate))
        return context.wrap_socket(plain, server_hostname=self.route.host)

    @property
    def _path(self) -> str:
        return f"{self.route.prefix.rstrip('/')}/chat/completions"

    @property
    def _body(self) -> str:
        message = {"role": "user", "content": "Which way did you come?"}
        return json.dumps({"model": self.route.name, "messages": [message]})

    @property
    def _headers(self) -> dict[str, str]:
        given = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return {"Content-Type": "application/json", **given}


def _real_route(settings: Stack, gateway: GatewaySettings, real: RealSelection) -> Route | None:
    for route in routes_of(gateway, settings.serving.models):
        if all(it.name in real.models for it in route.targets if it.weight):
            return route
    return None


def _certificate(project: RunningProject, gateway: GatewaySettings, api: DynamicClient) -> Path | None:
    """Certificate of the gateway's Secret; where the Secret is missing, one that signs itself."""
    if gateway.tls is None or gateway.tls.secret is None:
        return None
    secrets = f"/api/v1/namespaces/{NAMESPACE}/secrets"
    try:
        secret = api.get(f"{secrets}/{gateway.tls.secret}")
    except httpx2.HTTPStatusError as error:
        if error.response.status_code != http.HTTPStatus.NOT_FOUND:
            raise
        secret = api.create(secrets, self_signed_secret(gateway.tls.secret, NAMESPACE, gateway.host))
        typer.echo(
            f"gateway: made the Secret {NAMESPACE}/{gateway.tls.secret}, whose certificate signs itself"
        )
    path = project.local / _CERTIFICATE
    path.write_bytes(base64.b64decode(secret["data"]["tls.crt"]))
    return path


def _service(api: DynamicClient) -> Object:
    """Service of the proxies, which the controller makes."""
    selector = ",".join(f"{key}={value}" for key, value in PROXY_LABELS.items())
    path = f"/api/v1/namespaces/{PROXIES}/services?{httpx2.QueryParams(labelSelector=selector)}"
    deadline = time.monotonic() + _SECONDS
    while not (found := api.items(path)):
        if time.monotonic() > deadline:
            raise RehearsalError(
                f"Envoy Gateway made no Service for its proxies in {_SECONDS} s; its log is that of "
                f"deployment/envoy-gateway in {PROXIES}"
            )
        time.sleep(0.5)
    return found[0]
