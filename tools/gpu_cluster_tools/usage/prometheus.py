"""The Prometheus of a stack, asked through the API server, or one at an address."""

import json
import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx2

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.telemetry import PROMETHEUS_LABELS, TELEMETRY_NAMESPACE, Collector
from gpu_cluster.kubernetes.telemetry.prometheus import PORT
from gpu_cluster_tools.bearer_token import authorization
from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError, Object
from gpu_cluster_tools.doctor.aws import Aws
from gpu_cluster_tools.doctor.node_facts import is_ready
from gpu_cluster_tools.usage.period import STEP
from gpu_cluster_tools.verify.pods import name_of, on_nodes, pods_with, simulated_nodes
from gpu_cluster_tools.verify.port_forward import port_forward

BEARER = "PROMETHEUS_TOKEN"
"""Environment variable with a bearer token for an address."""

_SECONDS = 150
"""A query of Prometheus ends after two minutes by itself."""

_AMAZON = re.compile(r"aps-workspaces(-fips)?\.(?P<region>[a-z0-9-]+)\.(amazonaws\.com|api\.aws)")
"""Hosts of Amazon Managed Prometheus (AWS General Reference, read 2026-11-30)."""

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_PORT_NAMES = ("http-web", "web", "http")

T = TypeVar("T")

Ask = Callable[[str, bytes], tuple[int, bytes]]
"""Sends a form to a path; status and body of the answer."""


class NoUsageError(Exception):
    """The usage cannot be read."""


class Prometheus:
    """The HTTP API of a Prometheus."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def at(self, expression: str, moment: datetime) -> list[tuple[Mapping[str, str], float]]:
        """Labels and value of each series at a moment."""
        time = str(int(moment.timestamp()))
        return self._answer(_labelled, "/api/v1/query", query=expression, time=time)

    def moments(self, expression: str, start: datetime, end: datetime) -> list[int]:
        """Seconds since 1970 at which an expression of one series has a value, in steps of a minute."""
        times = {"start": str(int(start.timestamp())), "end": str(int(end.timestamp()))}
        step = str(int(STEP.total_seconds()))
        return self._answer(_times, "/api/v1/query_range", query=expression, step=step, **times)

    def _answer(self, read: Callable[[Any], list[T]], path: str, **form: str) -> list[T]:
        try:
            status, body = self._ask(path, urlencode(form).encode())
        except (NoAnswerError, HTTPException, httpx2.HTTPError, OSError) as error:
            raise NoUsageError(f"Prometheus does not answer: {_in_one_line(error)}") from error
        try:
            content = json.loads(body)
            if content["status"] == "success":
                return read(content["data"]["result"])
            problem = str(content["error"])
        except (ValueError, KeyError, IndexError, TypeError, OverflowError, RecursionError):
            problem = f"{path} answers {status} and no JSON of Prometheus' API"
        raise NoUsageError(f"Prometheus refuses: {problem}")


def _labelled(series: Any) -> list[tuple[Mapping[str, str], float]]:
    return [({**it["metric"]}, float(it["value"][1])) for it in series]


def _times(series: Any) -> list[int]:
    return [int(float(time)) for it in series for time, _ in it["values"]]


def prometheus_at(url: str) -> Prometheus:
    """Prometheus at a URL, with or without a path: https://mimir.example.com/prometheus. `ValueError`.

    Requests to Amazon Managed Prometheus are signed; `UnreachableError` where there are no credentials.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"expected an address such as https://prometheus.example.com, got '{url}'")
    here = parts.hostname in ("127.0.0.1", "::1", "localhost")  # which no proxy leads to
    headers_of = _headers(url, parts.hostname, secure=parts.scheme == "https")

    def ask(path: str, form: bytes) -> tuple[int, bytes]:
        to = url.rstrip("/") + path
        answer = httpx2.post(
            to, content=form, headers=headers_of(to, form), timeout=_SECONDS, trust_env=not here
        )
        return answer.status_code, answer.content

    return Prometheus(ask)


def _headers(url: str, host: str, *, secure: bool) -> Callable[[str, bytes], Mapping[str, str]]:
    """Headers of a request by its address and form: signed for AWS, or with a token."""
    token, workspace = os.environ.get(BEARER), _AMAZON.fullmatch(host)
    if (token or workspace) and not secure:
        raise ValueError(f"expected https, for {BEARER if token else 'a signed request'}, got '{url}'")
    if workspace:
        aws = Aws(workspace.group("region"))
        return lambda to, form: aws.signed("aps", to, form, _FORM)
    headers = {**_FORM, **({"Authorization": authorization(BEARER, token)} if token else {})}

    def plain(_to: str, _form: bytes) -> Mapping[str, str]:
        return headers

    return plain


def prometheus_of(stack: Stack, cluster: Callable[[], ApiServer]) -> Prometheus:
    """Prometheus of the stack, or the existing one that it names. `NoUsageError` if none runs."""
    telemetry = stack.telemetry
    if not telemetry.enabled:
        raise NoUsageError("usage is not recorded: gpu-cluster:telemetry is off")
    existing = telemetry.prometheus is Collector.EXISTING
    namespace = telemetry.scraper.namespace if existing else TELEMETRY_NAMESPACE
    labels = telemetry.scraper.labels if existing else PROMETHEUS_LABELS
    try:
        api = cluster()
        pod = _ready_pod(namespace, labels, api)
    except NoAnswerError as error:
        raise NoUsageError(str(error)) from error
    name, port = name_of(pod), _port(pod) if existing else PORT

    def ask(path: str, form: bytes) -> tuple[int, bytes]:
        with port_forward(api, namespace, name, port, timeout=_SECONDS) as connection:
            connection.request("POST", path, form, _FORM)
            response = connection.getresponse()
            return response.status, response.read()

    return Prometheus(ask)


def _ready_pod(namespace: str, labels: Mapping[str, str], api: ApiServer) -> Object:
    pods = pods_with(api, namespace, labels)
    if pods is None:
        raise NoUsageError(f"this identity may not list pods of {namespace}")
    if on_nodes(pods, simulated_nodes(api.items("/api/v1/nodes") or [])):
        raise NoUsageError("Prometheus is on a simulated node, which runs no program")
    if ready := [pod for pod in pods if is_ready(pod)]:
        return ready[0]
    named = ",".join(f"{key}={value}" for key, value in labels.items())
    raise NoUsageError(f"Prometheus does not run: 0 of {len(pods)} pods {named} in {namespace} are ready")


def _port(pod: Object) -> int:
    """Port by its name in the operator and the chart of Prometheus."""
    ports = [it for container in pod["spec"]["containers"] for it in container.get("ports", [])]
    by_name = {it.get("name"): it["containerPort"] for it in reversed(ports)}
    return next((by_name[name] for name in _PORT_NAMES if name in by_name), PORT)


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
