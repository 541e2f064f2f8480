"""A real registry of images and charts, reachable under the names of public registries."""

import hashlib
import json
import select
import shutil
import socket
import socketserver
import subprocess
import tarfile
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from gpu_cluster_tools.rehearsal.control_plane.certificate import self_signed
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.image_programs import CRANE, OCI_REGISTRY

USER, PASSWORD = "robot", "pull-only"
_HTPASSWD = "$2b$04$95.mdC0B2OZjuArEd.Nnju9J.nnNJ3O94ghlAVoupOt6pPd.xj36K"
"""The password as a bcrypt hash, the only form that the registry reads."""

_CONFIGURATION = """\
version: 0.1
log: {{level: info}}
storage: {{filesystem: {{rootdirectory: {folder}/content}}}}
http:
  addr: 127.0.0.1:{port}
  secret: of-tests
"""
_TLS = "  tls: {{certificate: {folder}/tls.crt, key: {folder}/tls.key}}\n"
_LOGIN = "auth: {{htpasswd: {{realm: tests, path: {folder}/htpasswd}}}}\n"
_SECONDS = 30
_HELM, _MANIFEST = "application/vnd.cncf.helm", "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True)
class OciRegistry:
    """A registry on a port of this machine, with a certificate for its names."""

    folder: Path
    port: int

    @property
    def authority(self) -> Path:
        return self.folder / "tls.crt"

    @property
    def log(self) -> str:
        """Requests with their status, one per line."""
        return (self.folder / "log").read_text()


@contextmanager
def registry(folder: Path, hosts: Sequence[str], *, login: bool, tls: bool = True) -> Generator[OciRegistry]:
    """Run a registry; with `login` it accepts only USER with PASSWORD."""
    folder.mkdir(parents=True)
    issued = self_signed(*hosts)
    (folder / "tls.crt").write_bytes(issued.certificate)
    (folder / "tls.key").write_bytes(issued.key)
    (folder / "htpasswd").write_text(f"{USER}:{_HTPASSWD}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        found = OciRegistry(folder, int(free.getsockname()[1]))
    text = _CONFIGURATION + (_TLS if tls else "") + (_LOGIN if login else "")
    (folder / "config.yml").write_text(text.format(folder=folder, port=found.port))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [provide(OCI_REGISTRY), "serve", folder / "config.yml"],
            stdout=log,
            stderr=log,
            env={"OTEL_TRACES_EXPORTER": "none"},
        )
    try:
        deadline = time.monotonic() + _SECONDS
        while process.poll() is None and not _answers(found.port):
            assert time.monotonic() < deadline, found.log
            time.sleep(0.1)
        assert process.poll() is None, found.log
        yield found
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def crane(environment: Mapping[str, str], *arguments: str | Path) -> str:
    """Output of crane."""
    command = [str(provide(CRANE)), *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def push_chart(chart: Path, folder: Path, environment: Mapping[str, str], target: str) -> None:
    """Push the folder of a chart as Helm does: its archive is the layer, and Chart.yaml the configuration.

    Media types: Helm, HIP 6 "OCI Support", https://github.com/helm/community/blob/main/hips/hip-0006.md,
    2026-11-30.
    """
    archive, layout = folder / "chart.tgz", folder / "layout"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(chart, arcname=chart.name)
    described = YAML(typ="safe", pure=True).load(chart / "Chart.yaml")  # pyright: ignore[reportUnknownMemberType]
    blobs = layout / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(content: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}

    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": blob(json.dumps(described).encode(), f"{_HELM}.config.v1+json"),
        "layers": [blob(archive.read_bytes(), f"{_HELM}.chart.content.v1.tar+gzip")],
    }
    index = {"schemaVersion": 2, "manifests": [blob(json.dumps(manifest).encode(), _MANIFEST)]}
    (layout / "index.json").write_text(json.dumps(index))
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    crane(environment, "push", layout, target)
    shutil.rmtree(layout)


@dataclass
class Names:
    """A proxy that maps the names of registries to ports of this machine, and rejects all other names."""

    ports: Mapping[str, int]
    asked: list[str] = field(default_factory=list[str])
    """Each name, in the order of connections."""

    @contextmanager
    def served(self, at: socket.socket) -> Generator[str]:
        """Serve a socket, in any network; yields the address of the proxy."""
        server = _Proxy(self, at)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host, port = at.getsockname()[:2]
        try:
            yield f"http://{host}:{port}"
        finally:
            server.shutdown()
            server.server_close()

    def port_of(self, asked: str) -> int | None:
        self.asked.append(asked)
        return self.ports.get(asked)


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, names: Names, at: socket.socket) -> None:
        super().__init__(at.getsockname()[:2], _Connection, bind_and_activate=False)
        self.socket.close()
        self.socket = at
        self.names = names


class _Connection(socketserver.StreamRequestHandler):
    """`CONNECT nvcr.io:443 HTTP/1.1`, and then the connection to there."""

    def handle(self) -> None:
        asked = self.rfile.readline().decode().split()[1]
        while self.rfile.readline().strip():
            pass
        port = cast(_Proxy, self.server).names.port_of(asked)
        if port is None:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as other:
            _relay(self.connection, other)


def _relay(one: socket.socket, other: socket.socket) -> None:
    """The other end speaks after this one: nothing of it has been read ahead."""
    while True:
        for ready in select.select([one, other], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            (other if ready is one else one).sendall(data)
