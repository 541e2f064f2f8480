"""The providers of all engines, in the account's own process: what they load, they load once."""

from collections.abc import Iterable, Iterator
from socket import socket
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import grpc

from rehearsal.aws.api import Api
from rehearsal.aws.plugin import REQUEST
from rehearsal.aws.servicer import Servicer
from toolchain.language_host.server import serve


class Providers:
    """An application that serves a provider to each plugin that asks, and leaves the rest to another."""

    def __init__(self, application: WSGIApplication, api: Api) -> None:
        self._application = application
        self._api = api

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != REQUEST:
            return self._application(environ, start_response)
        server, port = serve(Servicer(self._api).register)
        body = f"{port}\n".encode()
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return _lend(server, body, environ["werkzeug.socket"])


def _lend(server: grpc.Server, body: bytes, plugin: socket) -> Iterator[bytes]:
    try:
        yield body
        plugin.recv(1)  # there is nothing to receive but the end of the plugin
    finally:
        server.stop(grace=None)
