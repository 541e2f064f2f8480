"""Relay of connections between the network of real nodes and that of the machine.

The two have no device in common: a connection crosses through a socket in the file system.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Streams]]

_CHUNK = 65536

_relayed: set[asyncio.Task[object]] = set()
"""Connections that are relayed: the loop itself holds tasks weakly."""


def to_socket(path: str) -> Connect:
    return lambda: asyncio.open_unix_connection(path)


def to_address(host: str, port: int) -> Connect:
    return lambda: asyncio.open_connection(host, port)


async def listen_at(host: str, port: int, connect: Connect) -> asyncio.Server:
    return await asyncio.start_server(_handler(connect), host, port)


async def listen_on(path: str, connect: Connect) -> asyncio.Server:
    """`path` is relative where the folder's own may be too long for a socket."""
    return await asyncio.start_unix_server(_handler(connect), path)


async def listen_to_the_api_server(path: str) -> asyncio.Server:
    """`CONNECT 10.100.7.9:443 HTTP/1.1`, and then the connection to there."""
    return await asyncio.start_unix_server(_tunnel, path)


def _handler(connect: Connect) -> Callable[..., Awaitable[None]]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _keep()
        try:
            other = await connect()
        except (OSError, ValueError):
            writer.close()
            return
        await _relay((reader, writer), other)

    return handle


async def _tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    _keep()
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        host, _, port = head.split()[1].decode().rpartition(":")
        other = await asyncio.open_connection(host, int(port))
    except (OSError, EOFError, ValueError, IndexError):
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        writer.close()
        return
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await _relay((reader, writer), other)


def _keep() -> None:
    if task := asyncio.current_task():
        _relayed.add(task)
        task.add_done_callback(_relayed.discard)


async def _relay(one: Streams, other: Streams) -> None:
    await asyncio.gather(_copy(one[0], other[1]), _copy(other[0], one[1]))
    for _, writer in (one, other):
        writer.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await source.read(_CHUNK):
            target.write(chunk)
            await target.drain()
    with suppress(OSError, RuntimeError):
        target.write_eof()
