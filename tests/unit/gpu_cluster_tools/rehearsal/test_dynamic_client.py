import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.dynamic_client import DynamicClient

KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: here
clusters: [{{name: here, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
users: [{{name: me, user: {{token: t}}}}]
contexts: [{{name: here, context: {{cluster: here, user: me}}}}]
"""


class Busy(BaseHTTPRequestHandler):
    """Lists one object once it has been asked three times."""

    asked = 0

    def do_GET(self) -> None:
        Busy.asked += 1
        ready = Busy.asked > 2
        self.send_response(HTTPStatus.OK if ready else HTTPStatus.TOO_MANY_REQUESTS)
        self.send_header("Retry-After", "0.01")
        self.end_headers()
        self.wfile.write(b'{"items": [{"metadata": {"name": "a"}}]}' if ready else b"storage is initializing")

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def api(tmp_path: Path) -> Iterator[DynamicClient]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG.format(port=server.server_port))
    yield DynamicClient(kubeconfig)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_kind_that_was_just_defined_is_listed_once_it_can_be(api: DynamicClient) -> None:
    assert api.items("/apis/snapshot.storage.k8s.io/v1/volumesnapshots") == [{"metadata": {"name": "a"}}]
    assert Busy.asked == 3
