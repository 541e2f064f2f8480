"""A connection to a port of a pod, through the API server and the kubelet, as `kubectl port-forward` has it.

The kubelet connects within the pod's network: no network policy is in the way, and none has to be changed.
Messages of the protocol v4.channel.k8s.io begin with their channel, 0 for data and 1 for errors, and the
first of each channel is the port. Source: pkg/cri/streaming/portforward/websocket.go of k8s.io/kubelet.
"""

import io
import os
import struct
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, cast

from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError, Upgraded

_PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = b"\x00", b"\x01"
_FINAL, _MASKED, _LENGTH = 0x80, 0x80, 0x7F
_BINARY, _PONG = 0x2, 0xA
_LENGTHS = {126: "!H", 127: "!Q"}
_LARGEST_SHORT, _LARGEST_MIDDLE = 125, 0xFFFF


@contextmanager
def port_forward(
    api: ApiServer, namespace: str, pod: str, port: int, *, timeout: float
) -> Generator[HTTPConnection]:
    """A connection for one request. `NoAnswerError` where the API server or the kubelet refuses the way.

    with port_forward(api, "serving", "chat-0", 8000, timeout=60) as connection:
        connection.request("GET", "/health")
    """
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward?ports={port}"
    with api.upgraded(path, _PROTOCOL, timeout) as stream:
        connection = HTTPConnection("localhost", port)
        connection.auto_open = 0  # a second request would leave for this machine's own port
        connection.sock = cast("Any", _Tunnel(stream, timeout))
        yield connection


class _Tunnel:
    """The connection, with what http.client asks of a socket."""

    def __init__(self, stream: Upgraded, timeout: float) -> None:
        self._stream = stream
        self._timeout = timeout
        self._received = b""
        self._opened: set[bytes] = set()

    def sendall(self, data: bytes) -> None:
        self._send(_BINARY, _DATA + data)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(_Data(self))

    def close(self) -> None:
        """Leave it open: the answer is read from it still, as from a file of a socket that is closed."""

    def data(self) -> bytes:
        """Data as they come; none once the other side closes. `NoAnswerError` with what the kubelet says."""
        while message := self._message():
            channel, content = message[:1], message[1:]
            if channel not in self._opened:
                self._opened.add(channel)  # its first message is the port
            elif channel == _ERROR and content:
                raise NoAnswerError(content.decode(errors="replace").strip())
            elif channel == _DATA and content:
                return content
        return b""

    def _message(self) -> bytes | None:
        """The next message; None once the other side closes."""
        message = b""
        while True:
            first, second = self._exactly(2)
            length = second & _LENGTH
            if length in _LENGTHS:
                form = _LENGTHS[length]
                [length] = struct.unpack(form, self._exactly(struct.calcsize(form)))
            content = self._exactly(length)
            match first & 0xF:
                case 0x8:
                    return None
                case 0x9:
                    self._send(_PONG, content)
                case 0xA:
                    pass
                case _:
                    message += content
                    if first & _FINAL:
                        return message

    def _exactly(self, count: int) -> bytes:
        while len(self._received) < count:
            received = self._stream.read(65536, self._timeout)
            if not received:
                raise NoAnswerError("the connection ended")
            self._received += received
        found, self._received = self._received[:count], self._received[count:]
        return found

    def _send(self, operation: int, content: bytes) -> None:
        """A client's frames are masked (RFC 6455, section 5.3)."""
        size = len(content)
        if size <= _LARGEST_SHORT:
            head = bytes([_FINAL | operation, _MASKED | size])
        elif size <= _LARGEST_MIDDLE:
            head = bytes([_FINAL | operation, _MASKED | 126]) + struct.pack("!H", size)
        else:
            head = bytes([_FINAL | operation, _MASKED | 127]) + struct.pack("!Q", size)
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(content))
        self._stream.write(head + mask + masked, self._timeout)


class _Data(io.RawIOBase):
    """The data of a connection as a file."""

    def __init__(self, tunnel: _Tunnel) -> None:
        self._tunnel = tunnel
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._rest = self._rest or self._tunnel.data()
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count
