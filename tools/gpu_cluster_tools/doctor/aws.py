"""The AWS account of this machine's credentials."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (boto3 has no types)

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

_NO_BOTO3 = "boto3 is not installed: pip install 'gpu-cluster[doctor]'"


class UnreachableError(Exception):
    """AWS cannot be reached: no SDK, no credentials, or no network."""


class AwsCallError(Exception):
    """The account does not answer this call."""


class Aws:
    """The account in one region.

    Aws("eu-central-1").call("ec2", "describe_vpcs")["Vpcs"]
    """

    def __init__(self, region: str) -> None:
        """`UnreachableError` if boto3 or credentials are missing. Makes no call yet."""
        try:
            from boto3.session import Session  # a second, and an extra that only this needs
            from botocore.exceptions import BotoCoreError
        except ImportError:
            raise UnreachableError(_NO_BOTO3) from None
        self.region = region
        try:
            self._session: Any = Session(region_name=region)
            found = self._session.get_credentials()
        except BotoCoreError as error:  # such as a profile that does not exist
            raise UnreachableError(str(error)) from error
        if found is None:
            raise UnreachableError("this machine has no AWS credentials: sign in, or set AWS_PROFILE")
        self.client = cache(self._client)

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """The response. `RefusedError` with the error of AWS, `UnreachableError` without a response."""
        with _worded():
            return getattr(self.client(service), operation)(**arguments)

    def all_of(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        """Items of all pages of a response under a key; errors as of `call`."""
        with _worded():
            pages = self.client(service).get_paginator(operation).paginate(**arguments)
            return [item for page in pages for item in page[key]]

    def signed(self, service: str, url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers of a POST request with its signature, for an API that no client of the SDK has."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        request = AWSRequest("POST", url, headers=dict(headers), data=body)
        with _worded():
            credentials = self._session.get_credentials().get_frozen_credentials()
            SigV4Auth(credentials, service, self.region).add_auth(request)
        return dict(request.headers.items())

    def _client(self, service: str) -> Any:
        from botocore.config import Config

        patient = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3})
        return self._session.client(service, config=patient)


@contextmanager
def _worded() -> Generator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise AwsCallError(" ".join(str(error).split())) from error
    except BotoCoreError as error:
        raise UnreachableError(" ".join(str(error).split())) from error
