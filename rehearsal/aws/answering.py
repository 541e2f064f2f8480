"""Operations that the account answers itself: those that moto has not, or keeps too little of."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (moto and botocore have hardly any types)

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from xml.sax.saxutils import escape

from botocore.exceptions import ParamValidationError
from botocore.validate import validate_parameters
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from rehearsal.aws import identity
from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.inside import sender
from rehearsal.aws.naming import wrong_values

_SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_SIGNED_AS = {"elasticfilesystem": "efs"}
_S3_CONTROL, _S3_CONTROL_PATHS = "s3control", "/v20180820/"
"""Signed as s3, told apart by its paths. Its patterns fit no ARN of a bucket, which names no region."""


@dataclass(frozen=True)
class Call:
    """A request for one operation."""

    parameters: Mapping[str, Any]
    api: Api
    """The account as its own operations see it, in the region of the request."""

    principal: str
    """ARN of the role or user that asks."""


Operation = Callable[[Call], Mapping[str, Any]]
"""The answer under the service's names; `ApiError` to refuse."""


class Answering:
    """An application that answers the operations of its table, and leaves the rest to another.

    Answering(moto, {"eks": {"CreateCluster": create_cluster}})
    """

    def __init__(
        self, application: WSGIApplication, operations: Mapping[str, Mapping[str, Operation]]
    ) -> None:
        self._application = application
        self._operations = operations
        self._inside = Api("http://127.0.0.1", "us-east-1", send=sender(self))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        service = _service(scope, environ["PATH_INFO"]) if scope else ""
        if scope and service in self._operations:
            request = Request(environ)
            environ["wsgi.input"] = BytesIO(request.get_data())  # for whoever answers
            model, labels = _route(service, request)
            if model and (operation := self._operations[service].get(model.name)):
                return self._answer(operation, model, request, labels, scope)(environ, start_response)
        return self._application(environ, start_response)

    def api(self, region: str) -> Api:
        """The account from inside: calls that open no connection and await no turn."""
        return self._inside.in_region(region)

    def _answer(
        self, operation: Operation, model: Any, request: Request, labels: dict[str, Any], scope: re.Match[str]
    ) -> Response:
        protocol = determine_request_protocol(model.service_model, request.content_type)
        try:
            parameters = _parameters(model, protocol, request, labels)
            answer = operation(
                Call(parameters, self.api(scope["region"]), identity.principal_of(scope["key"]))
            )
        except ApiError as error:
            return _refusal(error, model.service_model.service_name)
        service = model.service_model.service_name
        written = get_serializer_class(service, protocol)(operation_model=model).serialize(answer)
        return Response(written["body"], written["status_code"], written["headers"])


def _service(scope: re.Match[str], path: str) -> str:
    """The name of a service's model, which may not be the one that requests are signed for."""
    if path.startswith(_S3_CONTROL_PATHS):
        return _S3_CONTROL
    return _SIGNED_AS.get(scope["service"], scope["service"])


def _route(service: str, request: Request) -> tuple[Any, dict[str, Any]]:
    """The operation that is asked for, and what its address says."""
    try:
        return get_service_router(service).match(request)
    except NotFound:
        return None, {}


def _parameters(model: Any, protocol: str, request: Request, labels: dict[str, Any]) -> dict[str, Any]:
    """What is asked, checked against the service's model."""
    given = PROTOCOL_PARSERS[protocol](model).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": labels,
        }
    )
    try:
        validate_parameters(given, model.input_shape)
    except ParamValidationError as error:
        raise ApiError("InvalidParameterException", str(error)) from error
    if model.service_model.service_name == _S3_CONTROL:
        return given
    for path, words in wrong_values(given, model.input_shape, model.name):
        raise ApiError("InvalidParameterException", f"{path}: {words}")
    return given


def _refusal(error: ApiError, service: str) -> Response:
    """In the form of the service's protocol."""
    code, words = escape(error.code), escape(error.message)
    match service:
        case "ec2":
            element = f"<Error><Code>{code}</Code><Message>{words}</Message></Error>"
            body = f"<Response><Errors>{element}</Errors></Response>"
        case "iam":
            sender = f"<Type>Sender</Type><Code>{code}</Code><Message>{words}</Message>"
            body = f"<ErrorResponse><Error>{sender}</Error></ErrorResponse>"
        case _:
            text = json.dumps({"__type": error.code, "message": error.message})
            return Response(
                text, HTTPStatus.BAD_REQUEST, [("x-amzn-errortype", error.code)], "application/json"
            )
    return Response(body, HTTPStatus.BAD_REQUEST, content_type="text/xml")
