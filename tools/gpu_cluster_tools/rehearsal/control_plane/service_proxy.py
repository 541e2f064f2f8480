"""Proxy from the API server to Services with simulated pods: programs on this machine answer."""

import json
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

Routes = Callable[[], Mapping[str, int]]
"""Port on this machine of each Service, by its cluster address; asked at each connection."""

_FILE, _SOCKET = "egress.json", "egress.socket"
_WAIT_SECONDS = 25
"""Seconds that a connection waits for its program; the webhook is given up after 30."""

_POLL_SECONDS = 0.1
_CHUNK = 65536


def socket_of(folder: Path) -> Path:
    """Unix socket on which the API server requests connections."""
    return folder / _SOCKET


def write(folder: Path) -> None:
    """Write the configuration of the API server that sends it to Services by the proxy of this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    transport = {"uds": {"udsName": str(socket_of(folder))}}
    config = {
        "apiVersion": "apiserver.k8s.io/v1beta1",
        "kind": "EgressSelectorConfiguration",
        "egressSelections": [
            {"name": "cluster", "connection": {"proxyProtocol": "HTTPConnect", "transport": transport}}
        ],
    }
    (folder / _FILE).write_text(json.dumps(config, indent=2))


def arguments(folder: Path) -> Mapping[str, str]:
    """Arguments of the API server."""
    return {"egress-selector-config-file": str(folder / _FILE)}


@contextmanager
def services(folder: Path, routes: Routes) -> Generator[None]:
    """Answer CONNECT on the socket of the folder, as long as the context lasts."""
    path = socket_of(folder)
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        server.settimeout(_POLL_SECONDS)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                try:
                    client, _ = server.accept()
                except TimeoutError:
                    continue
                threading.Thread(target=_serve, args=(client, routes, over), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _serve(client: socket.socket, routes: Routes, over: threading.Event) -> None:
    """Answer `CONNECT 10.100.7.9:443 HTTP/1.1`, then relay both directions."""
    with client:
        client.setblocking(True)
        head = b""
        while b"\r\n\r\n" not in head:
            part = client.recv(_CHUNK)
            if not part:
                return
            head += part
        address = head.split(b" ")[1].decode().rpartition(":")[0]
        program = _program(address, routes, over)
        if program is None:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return
        with program:
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=_copy, args=(program, client), daemon=True)
            back.start()
            _copy(client, program)
            back.join()


def _program(address: str, routes: Routes, over: threading.Event) -> socket.socket | None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline and not over.is_set():
        port = routes().get(address)
        if port is None:
            return None
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            time.sleep(_POLL_SECONDS)
    return None


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while part := source.recv(_CHUNK):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # one end closed the connection
        return
