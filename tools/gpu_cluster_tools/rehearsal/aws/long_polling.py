"""Long polls of SQS as repeated short ones, since a long one would block all other calls."""

import json
import time
from collections.abc import Iterable
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.test import run_wsgi_app

_TARGET = "AmazonSQS.ReceiveMessage"
_WAIT = "WaitTimeSeconds"
_PAUSE_SECONDS = 0.5


class LongPolling:
    """An application in front of one that takes one request at a time.

    LongPolling(InTurn(account))
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_X_AMZ_TARGET") != _TARGET:
            return self._application(environ, start_response)
        asked = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        deadline = time.monotonic() + asked.pop(_WAIT, 0)
        body = json.dumps(asked | {_WAIT: 0}).encode()
        while True:
            short = environ | {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
            answer, status, headers = run_wsgi_app(self._application, short, buffered=True)
            text = b"".join(answer)
            if time.monotonic() >= deadline or not status.startswith("200") or b'"Messages"' in text:
                start_response(status, list(headers.items()))
                return [text]
            time.sleep(_PAUSE_SECONDS)
