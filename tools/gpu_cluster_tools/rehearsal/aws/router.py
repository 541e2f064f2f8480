"""Router to the account's own handlers, for operations that moto lacks or implements incompletely."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (moto and botocore have hardly any types)

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from botocore.exceptions import ParamValidationError
from botocore.validate import validate_parameters
from moto.core.serialize import get_serializer_class
from werkzeug.wrappers import Response

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.error_response import error_response
from gpu_cluster_tools.rehearsal.aws.in_process_client import in_process_sender
from gpu_cluster_tools.rehearsal.aws.input_validation import invalid_values
from gpu_cluster_tools.rehearsal.aws.inventory import watch_region
from gpu_cluster_tools.rehearsal.aws.request import SignedRequest, signed_request


@dataclass(frozen=True)
class ApiCall:
    """A request for one operation."""

    parameters: Mapping[str, Any]
    api: Api
    """The account in the region of a request, for its operations."""

    principal: str
    """ARN of the calling role or user."""


Operation = Callable[[ApiCall], Mapping[str, Any]]
"""Returns the response in the names of the service; raises `ApiError` to reject."""


class Router:
    """Application that handles the operations of a table, and passes on all others.

    Router(moto, {"eks": {"CreateCluster": create_cluster}})
    """

    def __init__(
        self, application: WSGIApplication, operations: Mapping[str, Mapping[str, Operation]]
    ) -> None:
        self._application = application
        self._operations = operations
        self._inside = Api("http://127.0.0.1", "us-east-1", send=in_process_sender(self))
        self._answered: dict[tuple[str, ...], Mapping[str, Any]] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = signed_request(environ)
        if request:
            watch_region(request.region)
        if request and (operation := self._operations.get(request.service, {}).get(request.operation)):
            return self._answer(operation, request)(environ, start_response)
        try:
            response = Response.from_app(self._application, environ)
        except NotImplementedError:
            if not request:
                raise
            return _unknown(request)(environ, start_response)
        if request and response.status_code == HTTPStatus.NOT_FOUND and response.mimetype == "text/html":
            return _unknown(request)(environ, start_response)
        return response(environ, start_response)

    def api(self, region: str) -> Api:
        """The account from inside: calls that open no connection and await no turn."""
        return self._inside.in_region(region)

    def _answer(self, operation: Operation, request: SignedRequest) -> Response:
        try:
            answer = self._answer_once(operation, request, _parameters(request))
        except ApiError as error:
            return error_response(request.protocol, error.code, error.message, HTTPStatus.BAD_REQUEST)
        serializer = get_serializer_class(request.service, request.protocol)
        written = serializer(operation_model=request.model).serialize(answer)
        return Response(written["body"], written["status_code"], written["headers"])

    def _answer_once(
        self, operation: Operation, request: SignedRequest, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The answer; to a request that a client sends again, with the token of the first, that of the first.

        Source: Amazon EC2 API reference, Ensuring idempotency, 2026-11-29; services mark such tokens in their
        models.
        """
        call = ApiCall(parameters, self.api(request.region), identity.principal_of(request.key))
        tokens = [parameters[it] for it in request.model.idempotent_members if it in parameters]
        if not tokens:
            return operation(call)
        key = (request.service, request.region, request.operation, *tokens)
        if key not in self._answered:
            self._answered[key] = operation(call)
        return self._answered[key]


def _unknown(request: SignedRequest) -> Response:
    """Response for an operation that moto lacks; moto would raise an exception or return its own page."""
    words = f"{request.service}:{request.operation} has no emulation in rehearsal/aws"
    return error_response(request.protocol, "NotImplemented", words, HTTPStatus.NOT_IMPLEMENTED)


def _parameters(request: SignedRequest) -> dict[str, Any]:
    """The request's parameters, checked against the service's model."""
    given = request.parameters
    shape = request.model.input_shape
    try:
        validate_parameters(given, shape)
    except ParamValidationError as error:
        raise ApiError("InvalidParameterException", str(error)) from error
    for path, words in invalid_values(given, shape, request.operation):
        raise ApiError("InvalidParameterException", f"{path}: {words}")
    return given
