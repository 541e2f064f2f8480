"""Requests through the gateway of the local platform."""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.real_node.platform import Load, until_done

HOST = "models.example.com"
_SECONDS = 60


@dataclass(frozen=True)
class GatewayClient:
    """A client outside the cluster that trusts the gateway's certificate."""

    port: int
    certificate: Path

    def chat(
        self,
        route: str,
        key: str | None = None,
        *,
        header: str = "Authorization",
        content: str = "hello ",
        claimed: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Status and answer of one chat request. `claimed`: further headers."""
        connection = self._connection()
        try:
            response = self._ask(
                connection, route, key, header, content=content, claimed=claimed, stream=False
            )
            text = response.read().decode()
        finally:
            connection.close()
        return response.status, json.loads(text) if text.startswith("{") else text

    def get(self, path: str, key: str) -> int:
        connection = self._connection()
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
            return connection.getresponse().status
        finally:
            connection.close()

    def slow_chat(self, route: str, key: str, seconds: float) -> int:
        """Status of a chat request whose second half is sent after this delay."""
        message = {"role": "user", "content": "hello " * 200}
        body = json.dumps({"model": route, "messages": [message]}).encode()
        connection = self._connection()
        try:
            connection.putrequest("POST", f"/{route}/v1/chat/completions")
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                "Authorization": f"Bearer {key}",
            }.items():
                connection.putheader(name, value)
            connection.endheaders(body[:600])
            time.sleep(seconds)
            connection.send(body[600:])
            return connection.getresponse().status
        finally:
            connection.close()

    def stream(self, route: str, key: str, tokens: int, content: str | None = None) -> Iterator[str]:
        """Events of a streamed answer, as each arrives. `content`: prompt of at least as many words."""
        connection = self._connection()
        try:
            response = self._ask(
                connection,
                route,
                key,
                "Authorization",
                content=content or "hello " * tokens,
                stream=True,
                max_tokens=tokens,
            )
            assert response.status == HTTPStatus.OK, response.read()
            while line := response.readline():
                if event := line.decode().removeprefix("data:").strip():
                    yield event
        finally:
            connection.close()

    @contextmanager
    def load(self, route: str, key: str, clients: int) -> Generator[Load]:
        """Clients that send requests one after the other on their own connections, without retries."""
        load = Load()

        def asking(number: int, stop: threading.Event) -> None:
            self._keep_asking(load, stop, route, key, number % 2 == 0)

        with until_done([partial(asking, number) for number in range(clients)]):
            yield load

    def _keep_asking(self, load: Load, stop: threading.Event, route: str, key: str, keep: bool) -> None:
        """Send requests until stopped. `keep`: reuse a connection until the proxy announces its end."""
        connection: http.client.HTTPConnection | None = None
        while not stop.is_set():
            connection = connection or self._connection()
            try:
                response = self._ask(connection, route, key, "Authorization", stream=False)
                content = response.read()
                closes = response.will_close
            except (OSError, http.client.HTTPException) as error:
                load.lost.append(repr(error))
                connection.close()
                connection = None
                continue
            if response.status == HTTPStatus.OK:
                load.answered += 1
            else:
                load.lost.append(f"{response.status} {content[:100]!r}")
            if closes or not keep:
                connection.close()
                connection = None
        if connection:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        context = ssl.create_default_context(cafile=str(self.certificate))
        plain = socket.create_connection(("127.0.0.1", self.port), _SECONDS)
        connection = http.client.HTTPConnection(HOST)
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        return connection

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        route: str,
        key: str | None,
        header: str,
        *,
        content: str = "hello ",
        claimed: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> http.client.HTTPResponse:
        value = f"Bearer {key}" if header == "Authorization" else str(key)
        given = {**(claimed or {}), **({header: value} if key else {})}
        model = route.rpartition("/")[2]
        message = {"role": "user", "content": content}  # the answer repeats the prompt
        body = json.dumps({"model": model, "messages": [message], **settings})
        path = f"/{route}/v1/chat/completions"
        connection.request("POST", path, body, {"Content-Type": "application/json", **given})
        return connection.getresponse()
