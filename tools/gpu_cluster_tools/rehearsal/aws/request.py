"""Requests to the account, parsed with the models of their services."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (moto has hardly any types)

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from wsgiref.types import WSGIEnvironment

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request as Http
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound

MODELS: Mapping[str, tuple[str, ...]] = {
    "elasticfilesystem": ("efs",),
    "monitoring": ("cloudwatch",),
    "s3": ("s3control", "s3"),
}
"""Names of the service models by the name that requests are signed for; else the same."""

_SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_READ = "gpu-cluster.request"


@dataclass(frozen=True)
class SignedRequest:
    """A signed request."""

    key: str
    """The access key."""

    region: str
    signed_as: str
    """The service that it is signed for: elasticfilesystem."""

    http: Http
    model: Any
    """The operation as botocore describes it; None if no service has it."""

    labels: dict[str, Any]
    """The parameters in its path."""

    @property
    def service(self) -> str:
        """The name of the service's model: efs."""
        return self.model.service_model.service_name if self.model else self.signed_as

    @property
    def operation(self) -> str:
        """Name of the operation, such as CreateVpc; empty where no service has it."""
        return self.model.name if self.model else ""

    @property
    def protocol(self) -> str:
        """Protocol of the request, such as rest-json."""
        return determine_request_protocol(self.model.service_model, self.http.content_type)

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters by the names of the service's API."""
        return PROTOCOL_PARSERS[self.protocol](self.model).parse(
            {
                "method": self.http.method,
                "values": self.http.values,
                "headers": self.http.headers,
                "body": self.http.data,
                "url_path": self.http.path,
                "url_params": self.labels,
            }
        )


def signed_request(environ: WSGIEnvironment) -> SignedRequest | None:
    """The request, parsed once, whose body can be read again; None for an unsigned request."""
    if _READ not in environ:
        environ[_READ] = _signed(environ)
    read = environ[_READ]
    if read:
        environ["wsgi.input"] = BytesIO(read.http.get_data())
    return read


def _signed(environ: WSGIEnvironment) -> SignedRequest | None:
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not scope:
        return None
    http = Http(environ)
    http.get_data()
    model, labels = _operation(scope["service"], http)
    return SignedRequest(scope["key"], scope["region"], scope["service"], http, model, labels)


def _operation(signed_as: str, http: Http) -> tuple[Any, dict[str, Any]]:
    for service in MODELS.get(signed_as, (signed_as,)):
        try:
            return get_service_router(service).match(http)
        except NotFound:
            continue
    return None, {}
