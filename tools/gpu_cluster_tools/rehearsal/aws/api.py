"""Calls to the emulated account."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportPrivateUsage=false
# (botocore has no types)

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gpu_cluster_tools.rehearsal.aws import identity

_SETTINGS = Config(
    proxies={},  # none leads to this machine
    retries={"total_max_attempts": 1},
    s3={"addressing_style": "path"},
    parameter_validation=True,
)
_THROTTLED = ("RequestLimitExceeded", "ThrottlingException")
_GONE = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist", "404")  # HEAD has no words


class ApiError(Exception):
    """Error of a call, with AWS's code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @property
    def is_gone(self) -> bool:
        """True if the requested resource does not exist."""
        return any(word in self.code for word in _GONE)

    @property
    def is_throttled(self) -> bool:
        """True if the same call may succeed later."""
        return self.code in _THROTTLED


@dataclass(frozen=True)
class Api:
    """The account in one region.

    Api("http://127.0.0.1:20001", "eu-central-1").call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")
    """

    endpoint: str
    region: str
    access_key: str = identity.INTERNAL
    send: Callable[..., Any] | None = None
    """Sends requests without the network."""

    _clients: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])

    def in_region(self, region: str) -> "Api":
        return replace(self, region=region)

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """Response without its metadata. `ApiError` if the account or botocore rejects the call."""
        with _refusals():
            return self._client(service)._make_api_call(operation, arguments)  # by its AWS name

    def _client(self, service: str) -> Any:
        key = (service, self.region)
        if key not in self._clients:
            client: Any = _session().create_client(
                service,
                region_name=self.region,
                endpoint_url=self.endpoint,
                aws_access_key_id=self.access_key,
                aws_secret_access_key=identity.SECRET,
                config=_SETTINGS,
            )
            if self.send:
                client.meta.events.register("before-send", self.send)
            self._clients[key] = client
        return self._clients[key]


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


@contextmanager
def _refusals() -> Generator[None]:
    try:
        yield
    except ClientError as error:
        refusal: dict[str, str] = error.response["Error"]
        raise ApiError(refusal["Code"], refusal["Message"]) from error
    except BotoCoreError as error:  # a parameter that its model has not, or an account that does not answer
        raise ApiError(type(error).__name__, str(error)) from error
