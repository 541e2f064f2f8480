import asyncio
from pathlib import Path

import pytest

from gpu_cluster_tools.real_node.relay import (
    listen_at,
    listen_on,
    listen_to_the_api_server,
    to_address,
    to_socket,
)


def test_relay_forwards_both_directions_through_a_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.read()).upper())  # everything, up to the end of the client's stream
        writer.close()

    async def cross() -> bytes:
        server = await asyncio.start_server(shout, "127.0.0.1", 0)
        inner = await listen_on("relay.sock", to_address("127.0.0.1", _port(server)))
        outer = await listen_at("127.0.0.1", 0, to_socket("relay.sock"))
        reader, writer = await asyncio.open_connection("127.0.0.1", _port(outer))
        writer.write(b"hello " * 100_000)
        writer.write_eof()
        answer = await reader.read()
        for each in (server, inner, outer):
            each.close()
        return answer

    assert asyncio.run(cross()) == b"HELLO " * 100_000


def test_connection_without_a_target_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def cross() -> bytes:
        outer = await listen_at("127.0.0.1", 0, to_socket("nobody.sock"))
        reader, _ = await asyncio.open_connection("127.0.0.1", _port(outer))
        return await reader.read()

    assert asyncio.run(cross()) == b""


@pytest.mark.parametrize("target", ["127.0.0.1:1", "nowhere", ""])
def test_connect_to_an_unreachable_target_returns_502(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def ask() -> bytes:
        await listen_to_the_api_server("egress.socket")
        reader, writer = await asyncio.open_unix_connection("egress.socket")
        writer.write(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
        return await reader.read()

    assert asyncio.run(ask()) == b"HTTP/1.1 502 Bad Gateway\r\n\r\n"


def test_connect_to_a_reachable_target_returns_200(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    async def ask() -> bytes:
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        await listen_to_the_api_server("egress.socket")
        reader, writer = await asyncio.open_unix_connection("egress.socket")
        writer.write(f"CONNECT 127.0.0.1:{_port(server)} HTTP/1.1\r\n\r\n".encode())
        return await reader.read()

    assert asyncio.run(ask()) == b"HTTP/1.1 200 OK\r\n\r\nhello"


def _port(server: asyncio.Server) -> int:
    return server.sockets[0].getsockname()[1]
