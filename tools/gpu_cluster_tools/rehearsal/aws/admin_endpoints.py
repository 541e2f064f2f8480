"""Endpoints of the account beside the API of AWS, at paths that are no names of buckets."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CALLS, GIVEN, LEFTOVERS, MADE, REFUSED = "/_calls", "/_given", "/_leftovers", "/_made", "/_refused"

Page = Callable[[Any], Any]
"""Handler that takes and returns JSON."""


class AdminEndpoints:
    """An application that answers its own paths, and leaves the rest to another.

    Outside of the account's turn: it waits for the API server when nodes join, which waits for reviews here.
    """

    def __init__(self, application: WSGIApplication, pages: Mapping[str, Page]) -> None:
        self._application = application
        self._pages = pages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        page = self._pages.get(environ["PATH_INFO"])
        if page is None:
            return self._application(environ, start_response)
        asked = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        body = json.dumps(page(json.loads(asked) if asked else None)).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]
