"""The proxy through which an API server reaches Services."""

import socket
from pathlib import Path
from threading import Thread

import pytest

from gpu_cluster_tools.rehearsal.control_plane import service_proxy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    service_proxy.write(tmp_path)
    return tmp_path


def ask(folder: Path, address: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(folder / "egress.socket"))
        client.sendall(f"CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
        answer = client.recv(100)
        if b"200" not in answer:
            return answer
        client.sendall(b"hello")
        client.shutdown(socket.SHUT_WR)
        return client.recv(100)


def test_service_address_is_forwarded_to_its_program(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def echo() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(connection.recv(100).upper())

        Thread(target=echo, daemon=True).start()
        port = server.getsockname()[1]
        with service_proxy.services(folder, lambda: {"10.100.0.7": port}):
            assert ask(folder, "10.100.0.7:443") == b"HELLO"


def test_unknown_address_returns_502(folder: Path) -> None:
    with service_proxy.services(folder, dict):
        assert ask(folder, "10.100.0.8:443").startswith(b"HTTP/1.1 502")


def test_egress_configuration_names_the_socket(folder: Path) -> None:
    [file] = service_proxy.arguments(folder).values()
    assert str(folder / "egress.socket") in Path(file).read_text()
