"""Requests that an SDK sends again because the answer was lost on the way."""

from collections import OrderedDict
from collections.abc import Iterable
from http import HTTPStatus
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

_INVOCATION = "HTTP_AMZ_SDK_INVOCATION_ID"
"""Header that is the same in all attempts of a call. Source: aws-sdk-go-v2, aws/retry/middleware.go."""

_KEPT = 512
"""Answers that are kept; an attempt follows within seconds."""


class RepeatedRequests:
    """An application that gives a further attempt of a call the answer of the first that succeeded.

    On a busy machine an SDK now and then loses the answer of a server on loopback, about once in a thousand
    calls. The call was done, and another of it is refused: a rule cannot be revoked twice.

    RepeatedRequests(account)
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = Lock()
        self._answers: OrderedDict[str, Response] = OrderedDict()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        invocation = environ.get(_INVOCATION)
        if invocation is None:
            return self._application(environ, start_response)
        with self._lock:
            answer = self._answers.get(invocation)
        if answer is None:
            answer = Response.from_app(self._application, environ, buffered=True)
            if answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
                self._keep(invocation, answer)
        return answer(environ, start_response)

    def _keep(self, invocation: str, answer: Response) -> None:
        with self._lock:
            self._answers[invocation] = answer
            if len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
