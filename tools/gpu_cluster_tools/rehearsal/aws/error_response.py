"""Error responses of the account, in the protocol of the service."""

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

_XML = {
    "ec2": "<Response><Errors><Error>{}</Error></Errors><RequestID>0</RequestID></Response>",
    "query": "<ErrorResponse><Error><Type>Sender</Type>{}</Error><RequestId>0</RequestId></ErrorResponse>",
    "rest-xml": "<Error>{}<RequestId>0</RequestId></Error>",
}
"""Errors by protocol. Source: Smithy specification, AWS protocols, 2026-11-28."""


@dataclass(frozen=True, slots=True)
class ServiceError:
    """Error of a service."""

    code: str
    message: str
    status: int


def error_response(protocol: str, code: str, message: str, status: int) -> Response:
    """Response with an error of a service.

    error_response("query", "LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409)
    """
    if "json" in protocol:
        body = json.dumps({"__type": code, "message": message})
        return Response(body, status, [("x-amzn-errortype", code)], content_type="application/json")
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    return Response(_XML[protocol].format(error), status, content_type="text/xml")
