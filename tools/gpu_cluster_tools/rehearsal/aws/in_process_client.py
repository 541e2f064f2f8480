"""Calls of an application from its own process, without connections."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (botocore has no types)

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse
from werkzeug.test import Client


def in_process_sender(application: WSGIApplication) -> Callable[..., AWSResponse]:
    """Sender that routes the requests of an `Api` to an application in this process."""
    client = Client(application, use_cookies=False)

    def send(request: Any, **_: Any) -> AWSResponse:
        address = urlsplit(request.url)
        answer = client.open(
            address.path,
            method=request.method,
            query_string=address.query,
            headers=[(name, _text(value)) for name, value in request.headers.items()],
            data=request.body,
        )
        body = HTTPResponse(BytesIO(answer.data), preload_content=False)
        return AWSResponse(request.url, answer.status_code, answer.headers, body)

    return send


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
