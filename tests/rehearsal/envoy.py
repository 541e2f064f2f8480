"""The real Envoy Gateway of a rehearsed stack, in a network of its own.

The controller has the rights of the ServiceAccount that the chart makes, and the certificates that the Job
of the platform would write.
"""

import base64
import json
import shutil
import subprocess
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from gpu_cluster_tools.rehearsal import Sandbox
from tests.rehearsal.private_network import PrivateNetwork

SYSTEM = "envoy-gateway-system"
_SECRETS = f"/api/v1/namespaces/{SYSTEM}/secrets"
_ACCOUNTS = f"system:serviceaccounts:{SYSTEM}"
_END_SECONDS = 10


@dataclass(frozen=True)
class Programs:
    """Executable of the controller, and the folder of its files."""

    controller: Path
    folder: Path


@contextmanager
def envoy_gateway(sandbox: Sandbox, network: PrivateNetwork, programs: Programs) -> Generator[None]:
    """The controller, whose root is a folder, because it reads its certificates from /certs."""
    root = programs.folder / "controller"
    for name in ("certs", "config", "tmp"):
        (root / name).mkdir(parents=True)
    shutil.copy(programs.controller, root / "envoy-gateway")
    network.reach(sandbox.control_plane.port)
    _certificates(sandbox, programs)
    _write(root / "certs", _data(sandbox, "envoy-gateway"))
    config = sandbox.api.get(f"/api/v1/namespaces/{SYSTEM}/configmaps/envoy-gateway-config")["data"]
    (root / "config" / "envoy-gateway.yaml").write_text(config["envoy-gateway.yaml"])
    _admit(sandbox, root / "kubeconfig", "envoy-gateway")
    server = ["/envoy-gateway", "server", "--config-path=/config/envoy-gateway.yaml"]
    environment = {"ENVOY_GATEWAY_NAMESPACE": SYSTEM, "KUBECONFIG": "/kubeconfig", "HOME": "/"}
    with running(
        network.command("chroot", str(root), *server), environment, programs.folder / "controller.log"
    ):
        yield


@contextmanager
def model_servers(network: PrivateNetwork, addresses: Mapping[str, str], port: int) -> Generator[None]:
    """A server for each model at the address of its pod, which returns its request."""
    with ExitStack() as stack:
        for model, address in addresses.items():
            network.address(address)
            server = network.call(lambda at=address, of=model: _server(at, port, of))
            Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
        yield


def _server(address: str, port: int, model: str) -> ThreadingHTTPServer:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            asked = {"model": model, "path": self.path, "headers": dict(self.headers.items())}
            self.wfile.write(json.dumps(asked).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    return ThreadingHTTPServer((address, port), Answer)


def _certificates(sandbox: Sandbox, programs: Programs) -> None:
    """The command of the Job runs with the permissions of its ServiceAccount."""
    job = sandbox.api.get(f"/apis/batch/v1/namespaces/{SYSTEM}/jobs/envoy-gateway-certgen")
    [container] = job["spec"]["template"]["spec"]["containers"]
    kubeconfig = programs.folder / "certgen.kubeconfig"
    _admit(sandbox, kubeconfig, job["spec"]["template"]["spec"]["serviceAccountName"])
    done = subprocess.run(
        [programs.controller, *container["command"][1:], *container["args"]],
        env={"ENVOY_GATEWAY_NAMESPACE": SYSTEM, "KUBECONFIG": str(kubeconfig), "HOME": str(programs.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _admit(sandbox: Sandbox, path: Path, account: str) -> None:
    user = f"system:serviceaccount:{SYSTEM}:{account}"
    sandbox.control_plane.admit(path, user=user, group=_ACCOUNTS)


def _data(sandbox: Sandbox, secret: str) -> dict[str, bytes]:
    found: dict[str, str] = sandbox.api.get(f"{_SECRETS}/{secret}")["data"]
    return {key: base64.b64decode(value) for key, value in found.items()}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@contextmanager
def running(command: list[str], environment: Mapping[str, str], log: Path) -> Generator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
