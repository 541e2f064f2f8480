"""The account's front door: every call says who calls, and policies decide whether it goes on.

Calls of the account itself, and of the rehearsal beside it, carry no principal and are not evaluated.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (moto and botocore have hardly any types)

import json
import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from xml.sax.saxutils import escape

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request as HttpRequest
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from rehearsal.aws import identity
from rehearsal.aws.iam import authority, holdings, on_behalf
from rehearsal.aws.iam.call_log import CallLog
from rehearsal.aws.iam.documents import PolicyError
from rehearsal.aws.iam.evaluation import Caller, wording
from rehearsal.aws.iam.needs import Request, missing_linked_roles, needs_of
from rehearsal.aws.iam.operations import MODELS
from rehearsal.aws.iam.principals import caller_of
from rehearsal.aws.iam.resources import Where
from rehearsal.aws.turn import TURN

_SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_BAD_REQUEST, _FORBIDDEN = 400, 403
_XML = {
    "ec2": "<Response><Errors><Error>{}</Error></Errors><RequestID>0</RequestID></Response>",
    "query": "<ErrorResponse><Error><Type>Sender</Type>{}</Error><RequestId>0</RequestId></ErrorResponse>",
    "rest-xml": "<Error>{}<RequestId>0</RequestId></Error>",
}
"""Errors by protocol. Source: Smithy specification, AWS protocols, 2026-11-28."""

_CODES = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}
_PREFACES = {"ec2": "You are not authorized to perform this operation. "}
"""Source: EC2 API reference, "Error codes", UnauthorizedOperation; SNS API reference, "Common errors"."""


class AccessControl:
    """An application that lets through what policies allow, and refuses the rest as AWS words it.

    AccessControl(InTurn(Answering(moto, OPERATIONS)), CallLog())
    """

    def __init__(self, application: WSGIApplication, log: CallLog) -> None:
        self._application = application
        self._log = log

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        if scope is None or scope["key"] == identity.INTERNAL:
            return self._application(environ, start_response)
        http = HttpRequest(environ)
        environ["wsgi.input"] = BytesIO(http.get_data())  # for whoever answers
        with TURN:  # what is decided holds until it is answered
            refused = self._refused(http, scope)
            answer = refused or self._application
            return answer(environ, start_response)

    def _refused(self, http: HttpRequest, scope: re.Match[str]) -> Response | None:
        model, labels = _routed(scope["service"], http)
        if model is None:
            return _unknown(http, scope["service"])
        protocol = determine_request_protocol(model.service_model, http.content_type)
        where = Where(identity.account(), scope["region"])
        request = Request(scope["service"], model.name, _parameters(model, protocol, http, labels), where)
        try:
            words = self._words(caller_of(scope["key"]), request)
        except PolicyError as error:
            words = f"IAM of the emulated account cannot decide: {error}"
        return None if words is None else _answer(protocol, request.service, words)

    def _words(self, caller: Caller, request: Request) -> str | None:
        """Why a request is refused."""
        region = request.where.region
        own = [(caller, need) for need in needs_of(request)]
        for who, need in [*own, *on_behalf.on_behalf(caller, request)]:
            call = authority.call_of(who, need, region)
            decision = authority.decision_on(call)
            if not decision.allowed:
                return wording(call, decision)
            if who == caller:
                self._log.add(call)
        for service in missing_linked_roles(request):
            holdings.create_linked_role(service, request.where.account)
        return None


def _routed(signed_as: str, http: HttpRequest) -> tuple[Any, dict[str, Any]]:
    """The operation that is asked for, and what its address says."""
    for service in MODELS.get(signed_as, (signed_as,)):
        try:
            return get_service_router(service).match(http)
        except NotFound:
            continue
    return None, {}


def _parameters(model: Any, protocol: str, http: HttpRequest, labels: dict[str, Any]) -> dict[str, Any]:
    return PROTOCOL_PARSERS[protocol](model).parse(
        {
            "method": http.method,
            "values": http.values,
            "headers": http.headers,
            "body": http.data,
            "url_path": http.path,
            "url_params": labels,
        }
    )


def _answer(protocol: str, signed_as: str, words: str) -> Response:
    in_json = "json" in protocol
    code = _CODES.get(signed_as, "AccessDeniedException" if in_json else "AccessDenied")
    message = f"{_PREFACES.get(signed_as, '')}{words}"
    if in_json:
        body = json.dumps({"__type": code, "message": message})
        status = _BAD_REQUEST if protocol == "json" else _FORBIDDEN
        return Response(body, status, [("x-amzn-errortype", code)], content_type="application/json")
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    return Response(_XML[protocol].format(error), _FORBIDDEN, content_type="text/xml")


def _unknown(http: HttpRequest, service: str) -> Response:
    words = f"{http.method} {http.path} of {service} is no operation that rehearsal/aws/iam knows"
    return Response(words, 501, content_type="text/plain")
