"""Transient errors of an account on valid calls."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.error_response import error_response
from gpu_cluster_tools.rehearsal.aws.faults import Fault, Faults
from gpu_cluster_tools.rehearsal.aws.missing_references import NOT_FOUND
from gpu_cluster_tools.rehearsal.aws.request import SignedRequest, signed_request

_CREATING = ("Create", "Allocate", "Run", "Put")
_READING = ("Describe", "Get", "List", "Head")
_ID = re.compile(
    rb"\b(?:vpc|subnet|rtb|igw|nat|eipalloc|sg|lt|vpce|fl|fs|fsmt|fsap)-[0-9a-f]{8,17}\b|arn:aws:[\w:/.+=,@-]+"
)
"""Source: docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html, read 2026-11-28."""


class FaultInjection:
    """WSGI application that rejects calls according to the account's faults and passes on all others.

    The rehearsal's own calls are exempt.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = Lock()
        self._attempts: Counter[str] = Counter()
        self._run: tuple[int, int] | None = None
        self._fresh: set[bytes] = set()
        self._timed_out: set[bytes] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        call = signed_request(environ)
        faults = Faults.of_this_account()
        if call is None or call.key == identity.INTERNAL or call.model is None or not faults.rates:
            return self._application(environ, start_response)
        with self._lock:
            refused = self._refused(call, faults)
        if refused:
            return refused(environ, start_response)
        response = Response.from_app(self._application, environ)
        if call.operation.startswith(_CREATING) and response.status_code < HTTPStatus.BAD_REQUEST:
            with self._lock:
                self._note(call, faults, response.get_data())
        return response(environ, start_response)

    def _refused(self, call: SignedRequest, faults: Faults) -> Response | None:
        self._forget_earlier_runs(faults)
        digest = hashlib.sha256(call.http.get_data() + call.http.path.encode()).hexdigest()
        where = f"{call.service} {call.operation} {digest}"
        self._attempts[where] += 1
        attempt = self._attempts[where]
        if faults.strikes(Fault.THROTTLING, where, attempt):
            return _throttled(call)
        if not call.operation.startswith(_READING):
            return None
        named = set(_ID.findall(call.http.get_data() + call.http.full_path.encode()))
        if late := named & self._timed_out:
            self._timed_out -= late
            return _timed_out(call, late.pop().decode())
        for id in named & self._fresh:
            known = NOT_FOUND.get(id.decode().rpartition("-")[0])
            if known and faults.strikes(Fault.EVENTUAL_CONSISTENCY, where, attempt):
                return _refusal(call, known[2], f"The ID '{id.decode()}' does not exist")
        return None

    def _note(self, call: SignedRequest, faults: Faults, answer: bytes) -> None:
        """Record the resources that a call created, and whether waiting for them times out."""
        given = set(_ID.findall(call.http.get_data()))
        created = set(_ID.findall(answer)) - given
        self._fresh |= created
        if created and faults.strikes(Fault.TIMEOUT_AFTER_SUCCESS, call.operation, call.http.get_data()):
            self._timed_out |= created

    def _forget_earlier_runs(self, faults: Faults) -> None:
        if self._run == (faults.seed, faults.run):
            return
        self._run = (faults.seed, faults.run)
        self._attempts.clear()
        self._fresh.clear()
        self._timed_out.clear()


def _throttled(call: SignedRequest) -> Response:
    code = "RequestLimitExceeded" if call.service == "ec2" else "ThrottlingException"
    return _refusal(call, code, "Rate exceeded")


def _timed_out(call: SignedRequest, id: str) -> Response:
    """Response with a code that clients do not retry, which ends the wait."""
    words = f"timeout while waiting for {id} to become 'available': a fault of this rehearsal"
    return _refusal(call, "WaitTimedOut", words)


def _refusal(call: SignedRequest, code: str, words: str) -> Response:
    return error_response(call.protocol, code, words, HTTPStatus.BAD_REQUEST)
