"""Translation of CBOR requests, AWS's newest protocol, to the older protocols that moto supports.

The provider uses it for CloudWatch. Source: Smithy specification, RPC v2 CBOR protocol,
smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html, 2026-11-29.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (moto and botocore have hardly any types)

import re
from collections.abc import Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import cbor2
from botocore.parsers import QueryParser
from botocore.serialize import QuerySerializer
from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

_PATH = re.compile(r"/service/(?P<name>\w+)/operation/(?P<operation>\w+)")
_SERVICES = {"GraniteServiceVersion20100801": "cloudwatch"}
"""Services by the names that requests have in their paths."""


class CborTranslator:
    """WSGI application that translates CBOR requests and responses for an application without CBOR.

    CborTranslator(AccessControl(Answering(moto, OPERATIONS), CallLog()))
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = _PATH.fullmatch(environ["PATH_INFO"])
        service = _SERVICES.get(asked["name"]) if asked else None
        if asked is None or service is None:
            return self._application(environ, start_response)
        model = get_service_model(service).operation_model(asked["operation"])
        response = Response.from_app(self._application, _as_query(environ, model))
        return _as_cbor(response, model)(environ, start_response)


def _as_query(environ: WSGIEnvironment, model: Any) -> WSGIEnvironment:
    given = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    parameters = cbor2.loads(given) if given else {}
    serialized: Any = QuerySerializer().serialize_to_request(parameters, model)
    body = urlencode(serialized["body"]).encode()
    return environ | {
        "PATH_INFO": "/",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }


def _as_cbor(response: Response, model: Any) -> Response:
    answer = {
        "body": response.get_data(),
        "headers": dict(response.headers),
        "status_code": response.status_code,
    }
    parsed = QueryParser().parse(answer, model.output_shape)
    parsed.pop("ResponseMetadata", None)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        error = parsed["Error"]
        parsed = {"__type": error["Code"], "message": error.get("Message", "")}
    headers = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
    body = cbor2.dumps(parsed, datetime_as_timestamp=True)
    return Response(body, response.status_code, headers)
