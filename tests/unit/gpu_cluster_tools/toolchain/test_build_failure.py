"""Advice on failed builds, derived from the output of Go."""

import ssl
import threading
from collections.abc import Iterator
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.control_plane.certificate import self_signed
from gpu_cluster_tools.toolchain.build import Builder
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.go import find_go
from gpu_cluster_tools.toolchain.tool import Tool


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[str]:
    """URL of a module proxy with an untrusted certificate."""
    certificate = self_signed("localhost")
    pem = tmp_path / "proxy.pem"
    pem.write_bytes(certificate.certificate + certificate.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()


def test_untrusted_certificate_suggests_ssl_cert_file(
    cache: Path, hello: Tool, tmp_path: Path, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPROXY", proxy)
    module = Path(hello.module)
    (module / "go.mod").write_text("module hello\n\ngo 1.26.0\n\nrequire example.com/library v1.0.0\n")
    (module / "main.go").write_text('package main\n\nimport _ "example.com/library"\n\nfunc main() {}\n')
    (module / "go.sum").write_text(
        "example.com/library v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
        "example.com/library v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    )
    directory = tmp_path / "building"
    directory.mkdir()

    with pytest.raises(ToolchainError, match="x509: certificate") as caught:
        Builder(find_go(cache)).build(hello, directory)

    assert "What to do: set SSL_CERT_FILE" in str(caught.value)
