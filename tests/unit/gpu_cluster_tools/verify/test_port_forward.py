"""Frames of a connection to a pod; the real kubelet: tests/real_node/test_real_node.py."""

import struct
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError, Upgraded
from gpu_cluster_tools.verify.port_forward import port_forward

PORT = 8000
OPENED = [b"\x00" + struct.pack("<H", PORT), b"\x01" + struct.pack("<H", PORT)]
"""First messages of both channels."""

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70000


class Stream:
    """The kubelet's side in pieces of a few bytes, and the bytes that the client writes."""

    def __init__(self, *frames: bytes, piece: int = 1000) -> None:
        self._rest = b"".join(frames)
        self._piece = piece
        self.written = b""

    def read(self, most: int, timeout: float) -> bytes:
        count = min(most, self._piece)
        found, self._rest = self._rest[:count], self._rest[count:]
        return found

    def write(self, data: bytes, timeout: float) -> None:
        self.written += data


class Kubelet(ApiServer):
    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.asked: tuple[str, str] | None = None

    @contextmanager
    def upgraded(self, path: str, protocol: str, timeout: float) -> Generator[Upgraded]:
        self.asked = path, protocol
        yield Upgraded(self.stream)


def frame(content: bytes, operation: int = 2, *, final: bool = True) -> bytes:
    size = len(content)
    head = bytes([(0x80 if final else 0) | operation])
    if size <= 125:
        return head + bytes([size]) + content
    if size <= 0xFFFF:
        return head + bytes([126]) + struct.pack("!H", size) + content
    return head + bytes([127]) + struct.pack("!Q", size) + content


def unmasked(data: bytes) -> bytes:
    """Content of one short frame from a client."""
    size = data[1] & 0x7F
    start = 2
    if size == 126:
        [size] = struct.unpack("!H", data[2:4])
        start = 4
    mask, content = data[start : start + 4], data[start + 4 : start + 4 + size]
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(content))


def answer(*frames: bytes, piece: int = 1000) -> tuple[Kubelet, Any]:
    kubelet = Kubelet(Stream(*map(frame, OPENED), *frames, piece=piece))
    with port_forward(kubelet, "serving", "chat-0", PORT, timeout=1) as connection:
        connection.request("GET", "/health")
        return kubelet, connection.getresponse().read()


@pytest.mark.parametrize("piece", [1, 1000, 100_000])
def test_answer_is_complete_for_any_frame_size(piece: int) -> None:
    parts = [ANSWER[:10], ANSWER[10:300], ANSWER[300:]]
    kubelet, body = answer(*(frame(b"\x00" + part) for part in parts), piece=piece)
    assert body == b"x" * 70000
    assert kubelet.asked == (
        "/api/v1/namespaces/serving/pods/chat-0/portforward?ports=8000",
        "v4.channel.k8s.io",
    )
    assert unmasked(kubelet.stream.written).startswith(b"\x00GET /health HTTP/1.1\r\n")


def test_fragmented_message_with_pings_is_joined() -> None:
    whole = b"\x00" + ANSWER
    _, body = answer(
        frame(whole[:500], final=False), frame(b"ping", operation=9), frame(whole[500:], operation=0)
    )
    assert len(body) == 70000


def test_error_of_the_kubelet_is_raised() -> None:
    with pytest.raises(NoAnswerError, match="connection refused"):
        answer(frame(b"\x01dial tcp 127.0.0.1:8000: connection refused"))


def test_closed_connection_is_an_error() -> None:
    with pytest.raises(NoAnswerError, match="the connection was closed"):
        answer(frame(b"\x00HTTP/1.1 200 OK\r\n"))


def test_invalid_frame_is_an_error() -> None:
    with pytest.raises(NoAnswerError, match="Invalid opcode"):
        answer(frame(b"\x00HTTP/1.1 200 OK\r\n"), frame(b"", operation=3))


def test_ping_gets_a_pong() -> None:
    kubelet, _ = answer(frame(b"alive", operation=9), frame(b"\x00" + ANSWER))
    size = kubelet.stream.written[1] & 0x7F
    pong = kubelet.stream.written[6 + size :]
    assert pong[0] == 0x8A
    assert unmasked(pong) == b"alive"


def test_answer_can_end_with_its_connection() -> None:
    text = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    _, body = answer(frame(b"\x00" + text), frame(b"\x00good"), frame(b"\x00bye"), frame(b"", operation=8))
    assert body == b"goodbye"


def test_connection_is_not_reopened_automatically() -> None:
    kubelet = Kubelet(Stream(*map(frame, OPENED), frame(b"\x00" + ANSWER)))
    with port_forward(kubelet, "serving", "chat-0", PORT, timeout=1) as connection:
        assert not connection.auto_open
