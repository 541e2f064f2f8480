"""What the types of EKS have in common."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, Inputs, Retag, State

_POLL_SECONDS = 0.1
_WAIT_SECONDS = 600  # of this machine's time: simulated nodes are Ready within seconds


def call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("eks", operation, **arguments)


def retag(property: str = "arn") -> Retag:
    """`property` holds the ARN."""

    def change(api: Api, _id: str, state: State, tags: Mapping[str, str], gone: list[str]) -> None:
        if gone:
            call(api, "UntagResource", resourceArn=state[property], tagKeys=gone)
        if tags:
            call(api, "TagResource", resourceArn=state[property], tags=dict(tags))

    return change


def said_later(_api: Api, _id: str, _inputs: Inputs) -> None:
    """For what the account hears of when something else is done."""


def await_status(
    describe: Callable[[], Answer], wanted: str, patience_seconds: float = _WAIT_SECONDS
) -> None:
    """Wait for a status; `ApiError` with what the account says of it where another comes of it.

    `patience_seconds` are of this machine's time.
    """
    deadline = time.monotonic() + patience_seconds
    while (found := describe())["status"] != wanted:
        if found["status"].upper().endswith("FAILED") or time.monotonic() > deadline:
            raise ApiError(found["status"], _issues(found))
        time.sleep(_POLL_SECONDS)
    if found.get("health", {}).get("issues"):
        raise ApiError("Unhealthy", _issues(found))


def await_gone(describe: Callable[[], Answer]) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        try:
            found = describe()
        except ApiError as error:
            if error.is_gone:
                return
            raise
        if found["status"].endswith("FAILED"):
            raise ApiError(found["status"], _issues(found))
        time.sleep(_POLL_SECONDS)
    raise ApiError("Timeout", f"not deleted after {_WAIT_SECONDS} s")


def parts(id: str) -> tuple[str, str]:
    """The cluster and the rest of an id: my-cluster:coredns."""
    cluster, _, rest = id.partition(":")
    return cluster, rest


def _issues(found: Answer) -> str:
    """Of a cluster, group or add-on, or of an update, which has other words for the same."""
    issues = [(issue["code"], issue["message"]) for issue in found.get("health", {}).get("issues", [])]
    errors = [(error["errorCode"], error["errorMessage"]) for error in found.get("errors", [])]
    return "; ".join(f"{code}: {words}" for code, words in [*issues, *errors]) or "without a reason"
