"""Servers that are not a Kubernetes API server, such as the sign-in page of a proxy."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError

PODS = "/api/v1/pods"


class Page(BaseHTTPRequestHandler):
    content = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(Page.content)

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Iterator[Path]:
    server = HTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    path = tmp_path / "kubeconfig"
    path.write_text(
        "{apiVersion: v1, kind: Config, current-context: a, users: [{name: a, user: {}}], "
        "contexts: [{name: a, context: {cluster: a, user: a}}], "
        f"clusters: [{{name: a, cluster: {{server: '{address}'}}}}]}}"
    )
    yield path
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("content", "read", "message"),
    [
        (b"<html>sign in</html>", ApiServer.get, "no JSON object at /api/v1/pods"),
        (b"[]", ApiServer.get, "no JSON object at /api/v1/pods"),
        (b"{}", ApiServer.items, "no list at /api/v1/pods"),
        (b'{"items": {"a": 1}}', ApiServer.items, "no list at /api/v1/pods"),
    ],
)
def test_other_server_is_reported(
    kubeconfig: Path, content: bytes, read: Callable[[ApiServer, str], object], message: str
) -> None:
    Page.content = content
    with pytest.raises(NoAnswerError, match=f"is no Kubernetes API server: {message}"):
        read(ApiServer(kubeconfig), PODS)
