"""Requests to the account, read by the models of their services."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (moto has hardly any types)

import re
from collections.abc import Mapping
from typing import Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound

SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
"""Access key, region and service of a signature, in the header Authorization."""

MODELS: Mapping[str, tuple[str, ...]] = {
    "elasticfilesystem": ("efs",),
    "monitoring": ("cloudwatch",),
    "s3": ("s3control", "s3"),
}
"""Names of the service models by the name that requests are signed for; else the same."""


def models_of(signed_as: str) -> tuple[str, ...]:
    """Names of the service models that a request may be of."""
    return MODELS.get(signed_as, (signed_as,))


def operation_of(signed_as: str, request: Request) -> tuple[Any, dict[str, Any]]:
    """The model of a request's operation, None where no service has it, and the parameters in its path."""
    for service in models_of(signed_as):
        try:
            return get_service_router(service).match(request)
        except NotFound:
            continue
    return None, {}


def parameters_of(model: Any, protocol: str, request: Request, labels: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a request, `labels` among them, by the names of the service's API."""
    return PROTOCOL_PARSERS[protocol](model).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": labels,
        }
    )
