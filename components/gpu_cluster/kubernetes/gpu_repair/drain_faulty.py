"""Taints nodes with a faulty GPU and drains them: the program of a Deployment, which has this file alone.

    python drain_faulty.py --selectors='[{"pool": "l4"}]' --at-once=1 --after-seconds=300 --port=8080

A node is tainted once its condition has lasted that long, and at most so many nodes have the taint at once.
Pods leave by the eviction API, which asks their disruption budgets. Pods of DaemonSets, pods without an owner
and pods that tolerate the taint stay. The taint goes when the node has started anew without the fault. A
person who removes it earlier keeps the node: the same fault since the same start taints it no second time.
"""

import argparse
import json
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

CONDITION = "GpuFault"
"""Condition of a node, True where its GPU has reported a fault."""

TAINT = "gpu-cluster/gpu-fault"
"""Key of the taint, and of the annotation with the start of the node and the fault for which it came."""

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_TIMEOUT_SECONDS = 30
_PAUSE_SECONDS = 10
_STALE_SECONDS = 120
_PAGE = 500

_Object = dict[str, Any]


@dataclass(frozen=True)
class PodApi:
    """The API server, as the account of this pod."""

    server: str
    token: Path
    authority: Path

    def call(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> _Object:
        """`HTTPError` where it refuses."""
        request = Request(  # noqa: S310  # the address is the API server's
            f"{self.server}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token.read_text().strip()}", "Content-Type": kind},
        )
        context = ssl.create_default_context(cafile=str(self.authority))
        with urlopen(request, timeout=_TIMEOUT_SECONDS, context=context) as answer:  # noqa: S310
            return json.load(answer)

    def items(self, path: str, **query: str) -> Iterator[_Object]:
        """All objects of a list, page by page."""
        going_on = ""
        while True:
            page = {"limit": str(_PAGE), **query} | ({"continue": going_on} if going_on else {})
            answer = self.call("GET", f"{path}?{urlencode(page)}")
            yield from answer["items"]
            going_on = answer["metadata"].get("continue", "")
            if not going_on:
                return


@dataclass(frozen=True)
class Repair:
    """One pass after another over the nodes with GPUs."""

    api: PodApi
    selectors: list[dict[str, str]]
    """Labels of the nodes of each pool."""

    at_once: int
    after_seconds: float

    def work(self) -> Iterator[str]:
        """One pass, told in words."""
        nodes = list({_name(node): node for node in self._nodes()}.values())
        tainted = [node for node in nodes if _is_tainted(node)]
        for node in list(tainted):
            if not _fault(node) and _handled(node)[0] != _boot(node):
                self._change(node, [it for it in _taints(node) if it["key"] != TAINT], None)
                tainted.remove(node)
                yield f"{_name(node)}: started anew without the fault, its taint is removed"
        for node in sorted(filter(self._is_due, nodes), key=_since):
            if len(tainted) >= self.at_once:
                yield f"{_name(node)}: {_fault(node)}, waits for the repair of others"
                continue
            taint = {"key": TAINT, "value": _fault(node), "effect": "NoSchedule"}
            self._change(node, [*_taints(node), taint], f"{_boot(node)} {_fault(node)}")
            tainted.append(node)
            yield f"{_name(node)}: {_fault(node)}, tainted"
        for node in tainted:
            yield from self._drain(_name(node))

    def _nodes(self) -> Iterator[_Object]:
        for labels in self.selectors:
            selector = ",".join(f"{key}={value}" for key, value in labels.items())
            yield from self.api.items("/api/v1/nodes", labelSelector=selector)

    def _is_due(self, node: _Object) -> bool:
        if not _fault(node) or _is_tainted(node) or _handled(node) == (_boot(node), _fault(node)):
            return False
        return time.time() - _since(node) >= self.after_seconds

    def _change(self, node: _Object, taints: list[_Object], handled: str | None) -> None:
        """Its taints, unless another has changed the node meanwhile."""
        metadata: _Object = {"resourceVersion": node["metadata"]["resourceVersion"]}
        if handled:
            metadata["annotations"] = {TAINT: handled}
        body = {"metadata": metadata, "spec": {"taints": taints or None}}
        path = f"/api/v1/nodes/{quote(_name(node))}"
        self.api.call("PATCH", path, body, "application/merge-patch+json")

    def _drain(self, node: str) -> Iterator[str]:
        pods = list(self.api.items("/api/v1/pods", fieldSelector=f"spec.nodeName={node}"))
        for pod in filter(_is_evicted, pods):
            namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
            eviction = {
                "apiVersion": "policy/v1",
                "kind": "Eviction",
                "metadata": {"namespace": namespace, "name": name},
            }
            try:
                self.api.call("POST", f"/api/v1/namespaces/{namespace}/pods/{name}/eviction", eviction)
            except HTTPError as error:
                held = error.code == HTTPStatus.TOO_MANY_REQUESTS
                words = "its disruption budget allows no eviction now" if held else str(error)
                yield f"{node}: pod {namespace}/{name} stays: {words}"
            else:
                yield f"{node}: pod {namespace}/{name} is evicted"


def _is_evicted(pod: _Object) -> bool:
    metadata, spec = pod["metadata"], pod["spec"]
    owner = next((it for it in metadata.get("ownerReferences", []) if it.get("controller")), None)
    if owner is None or owner["kind"] in ("DaemonSet", "Node"):  # a pod of a file of the node is a Node's
        return False
    over = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    return not over and not metadata.get("deletionTimestamp") and not _tolerates(spec.get("tolerations", []))


def _tolerates(tolerations: Iterable[Mapping[str, Any]]) -> bool:
    """With another value of the taint it may be another fault, so the value does not count."""
    return any(
        it.get("key") in (TAINT, None, "") and it.get("effect") in ("NoSchedule", None, "")
        for it in tolerations
    )


def _name(node: _Object) -> str:
    return node["metadata"]["name"]


def _taints(node: _Object) -> list[_Object]:
    return node["spec"].get("taints", [])


def _is_tainted(node: _Object) -> bool:
    return any(taint["key"] == TAINT for taint in _taints(node))


def _condition(node: _Object) -> _Object:
    conditions: list[_Object] = node["status"].get("conditions", [])
    return next((it for it in conditions if it["type"] == CONDITION), _Object())


def _fault(node: _Object) -> str:
    """Reason of its fault; empty where it has none."""
    condition = _condition(node)
    return condition.get("reason", "") if condition.get("status") == "True" else ""


def _since(node: _Object) -> float:
    begun = datetime.strptime(_condition(node)["lastTransitionTime"], "%Y-%m-%dT%H:%M:%SZ")
    return begun.replace(tzinfo=UTC).timestamp()


def _boot(node: _Object) -> str:
    return node["status"].get("nodeInfo", {}).get("bootID", "")


def _handled(node: _Object) -> tuple[str, str]:
    """Start of the node and the fault for which it was tainted last."""
    boot, _, fault = node["metadata"].get("annotations", {}).get(TAINT, "").partition(" ")
    return boot, fault


class _Server(ThreadingHTTPServer):
    """On every address, of IPv6 too where there is any."""

    address_family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


def _serve_health(port: int, last_pass: list[float]) -> None:
    """Well while passes go on, whatever the API server answers."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            well = time.monotonic() - last_pass[0] < _STALE_SECONDS
            self.send_response(HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Probes are not worth a line."""

    server = _Server(("", port), Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def _in_cluster() -> PodApi:
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    bracketed = f"[{host}]" if ":" in host else host
    return PodApi(f"https://{bracketed}:{port}", _ACCOUNT / "token", _ACCOUNT / "ca.crt")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--selectors", type=json.loads, required=True)
    parser.add_argument("--at-once", type=int, required=True)
    parser.add_argument("--after-seconds", type=float, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args(arguments)
    repair = Repair(_in_cluster(), given.selectors, given.at_once, given.after_seconds)
    last_pass = [time.monotonic()]
    _serve_health(given.port, last_pass)
    told: set[str] = set()
    while True:
        told = _tell(_pass(repair), told)
        last_pass[0] = time.monotonic()
        time.sleep(_PAUSE_SECONDS)


def _pass(repair: Repair) -> Iterator[str]:
    try:
        yield from repair.work()
    except (HTTPError, URLError, TimeoutError) as error:
        yield f"the API server: {error}"


def _tell(lines: Iterable[str], before: set[str]) -> set[str]:
    """Print what the pass before did not say."""
    told: set[str] = set()
    for line in lines:
        if line not in before:
            print(line, flush=True)  # noqa: T201
        told.add(line)
    return told


if __name__ == "__main__":
    main(sys.argv[1:])
