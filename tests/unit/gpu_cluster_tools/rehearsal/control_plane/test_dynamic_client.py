import json
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient

KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: here
clusters: [{{name: here, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
users: [{{name: me, user: {{token: t}}}}]
contexts: [{{name: here, context: {{cluster: here, user: me}}}}]
"""


class Busy(BaseHTTPRequestHandler):
    """Lists one object after the third request."""

    asked = 0

    def do_GET(self) -> None:
        Busy.asked += 1
        ready = Busy.asked > 2
        self.send_response(HTTPStatus.OK if ready else HTTPStatus.TOO_MANY_REQUESTS)
        self.send_header("Retry-After", "0.01")
        self.end_headers()
        self.wfile.write(b'{"items": [{"metadata": {"name": "a"}}]}' if ready else b"storage is initializing")

    def log_message(self, format: str, *args: object) -> None: ...


class Extended(BaseHTTPRequestHandler):
    """A server with its own API group and one of an extension API server that does not answer."""

    ANSWERS: ClassVar[dict[str, object]] = {
        "/apis": {
            "groups": [
                {"preferredVersion": {"groupVersion": version}}
                for version in ("apps/v1", "custom.metrics.k8s.io/v1beta1")
            ]
        },
        "/apis/apiregistration.k8s.io/v1/apiservices": {
            "items": [
                {"spec": {"group": "apps", "version": "v1"}},
                {"spec": {"group": "custom.metrics.k8s.io", "version": "v1beta1", "service": {"name": "a"}}},
            ]
        },
        "/api/v1": {"resources": []},
        "/apis/apps/v1": {"resources": [{"name": "deployments", "verbs": ["list"]}]},
        "/apis/apps/v1/deployments": {"items": [{"metadata": {"namespace": "b", "name": "c", "uid": "d"}}]},
    }

    def do_GET(self) -> None:
        answer = self.ANSWERS.get(self.path)
        self.send_response(HTTPStatus.OK if answer else HTTPStatus.SERVICE_UNAVAILABLE)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def api(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[DynamicClient]:
    """A client of the server given by the test's parameter."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), request.param)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG.format(port=server.server_port))
    yield DynamicClient(kubeconfig)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("api", [Busy], indirect=True)
def test_list_of_a_new_kind_is_retried(api: DynamicClient) -> None:
    assert api.items("/apis/snapshot.storage.k8s.io/v1/volumesnapshots") == [{"metadata": {"name": "a"}}]
    assert Busy.asked == 3


@pytest.mark.parametrize("api", [Extended], indirect=True)
def test_unavailable_extension_api_is_skipped(api: DynamicClient) -> None:
    assert api.objects() == {"deployments/b/c": "d"}
