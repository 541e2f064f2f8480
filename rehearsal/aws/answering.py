"""Operations that the account answers itself: those that moto has not, or keeps too little of."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (moto and botocore have hardly any types)

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from botocore.exceptions import ParamValidationError
from botocore.validate import validate_parameters
from moto.core.request import Request, determine_request_protocol
from moto.core.serialize import get_serializer_class
from werkzeug.wrappers import Response

from rehearsal.aws import identity
from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.inside import sender
from rehearsal.aws.naming import wrong_values
from rehearsal.aws.refusal import refusal
from rehearsal.aws.request import SCOPE, models_of, operation_of, parameters_of

_WRONG_MODELS = ("s3control",)
"""Services whose model has a pattern that fits no right value: the ARN of a bucket names no region."""


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
        scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        if scope and any(each in self._operations for each in models_of(scope["service"])):
            request = Request(environ)
            environ["wsgi.input"] = BytesIO(request.get_data())  # for whoever answers
            model, labels = operation_of(scope["service"], request)
            if model and (operation := self._operation(model)):
                return self._answer(operation, model, request, labels, scope)(environ, start_response)
        return self._application(environ, start_response)

    def api(self, region: str) -> Api:
        """The account from inside: calls that open no connection and await no turn."""
        return self._inside.in_region(region)

    def _operation(self, model: Any) -> Operation | None:
        return self._operations.get(model.service_model.service_name, {}).get(model.name)

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
            return refusal(protocol, error.code, error.message, HTTPStatus.BAD_REQUEST)
        service = model.service_model.service_name
        written = get_serializer_class(service, protocol)(operation_model=model).serialize(answer)
        return Response(written["body"], written["status_code"], written["headers"])


def _parameters(model: Any, protocol: str, request: Request, labels: dict[str, Any]) -> dict[str, Any]:
    """What is asked, checked against the service's model."""
    given = parameters_of(model, protocol, request, labels)
    try:
        validate_parameters(given, model.input_shape)
    except ParamValidationError as error:
        raise ApiError("InvalidParameterException", str(error)) from error
    if model.service_model.service_name in _WRONG_MODELS:
        return given
    for path, words in wrong_values(given, model.input_shape, model.name):
        raise ApiError("InvalidParameterException", f"{path}: {words}")
    return given
