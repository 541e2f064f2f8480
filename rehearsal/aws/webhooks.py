"""What the API server asks the account: who has a token, and what they may do.

Outside of its turn: the account waits for the API server too, when nodes join.
"""

import json
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from rehearsal.aws import access_policies, tokens
from rehearsal.webhook import AUTHENTICATE, AUTHORIZE

_ANSWERS = {AUTHENTICATE: tokens.review, AUTHORIZE: access_policies.review}


class Webhooks:
    """An application that answers reviews, and leaves the rest to another."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = _ANSWERS.get(environ["PATH_INFO"])
        if answer is None:
            return self._application(environ, start_response)
        asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        body = json.dumps(answer(asked)).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]
