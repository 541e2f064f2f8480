"""A connection to a port of a pod, through the API server and the kubelet, as `kubectl port-forward` has it.

The kubelet connects within the pod's network: no network policy is in the way, and none has to be changed.
Messages of the protocol v4.channel.k8s.io begin with their channel, 0 for data and 1 for errors, and the
first of each channel is the port. Source: pkg/cri/streaming/portforward/websocket.go of k8s.io/kubelet.
"""

import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, cast

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping
from wsproto.frame_protocol import CloseReason

from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError, Upgraded

_PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = b"\x00", b"\x01"


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
        self._protocol = Connection(ConnectionType.CLIENT)
        self._messages = self._received()
        self._opened: set[bytes] = set()

    def sendall(self, data: bytes) -> None:
        self._send(BytesMessage(data=_DATA + data))

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(_Data(self))

    def close(self) -> None:
        """Leave it open: the answer is read from it still, as from a file of a socket that is closed."""

    def data(self) -> bytes:
        """Received data; empty once the other side closes. `NoAnswerError` with the kubelet's error."""
        for message in self._messages:
            channel, content = message[:1], message[1:]
            if channel not in self._opened:
                self._opened.add(channel)  # its first message is the port
            elif channel == _ERROR and content:
                raise NoAnswerError(content.decode(errors="replace").strip())
            elif channel == _DATA and content:
                return content
        return b""

    def _received(self) -> Iterator[bytes]:
        """Messages until the other side closes."""
        message = b""
        while True:
            for event in self._protocol.events():
                match event:
                    case BytesMessage():
                        message += event.data
                        if event.message_finished:
                            yield message
                            message = b""
                    case Ping():
                        self._send(event.response())
                    case CloseConnection() if event.code == CloseReason.PROTOCOL_ERROR:
                        raise NoAnswerError(event.reason or "the connection is no WebSocket")
                    case CloseConnection():
                        return
                    case _:
                        pass
            data = self._stream.read(65536, self._timeout)
            if not data:
                raise NoAnswerError("the connection was closed")
            self._protocol.receive_data(data)

    def _send(self, event: Event) -> None:
        self._stream.write(self._protocol.send(event), self._timeout)


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
