"""Lock that serializes requests: moto keeps its resources in plain dictionaries."""

from collections.abc import Iterable
from threading import RLock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_LOCK = RLock()
"""Held while the account is read or changed: by a request, or by a rollout behind one."""


class OneRequestAtATime:
    """Application that processes one request at a time."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with REQUEST_LOCK:
            return self._application(environ, start_response)
