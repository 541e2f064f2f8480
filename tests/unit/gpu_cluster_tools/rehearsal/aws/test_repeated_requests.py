from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from werkzeug.test import Client

from gpu_cluster_tools.rehearsal.aws.repeated_requests import RepeatedRequests


class Counting:
    """An application that answers with the number of requests so far."""

    def __init__(self, status: str) -> None:
        self.requests = 0
        self._status = status

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.requests += 1
        start_response(self._status, [("Content-Type", "text/plain")])
        return [str(self.requests).encode()]


def test_retry_of_a_request_gets_the_first_answer() -> None:
    application = Counting("200 OK")
    client = Client(RepeatedRequests(application))

    answers = [client.post("/", headers=attempt("one", it)).text for it in (1, 2)]

    assert answers == ["1", "1"]
    assert client.post("/", headers=attempt("two", 1)).text == "2"


@pytest.mark.parametrize("status", ["400 Bad Request", "503 Service Unavailable"])
def test_failed_request_is_executed_again(status: str) -> None:
    client = Client(RepeatedRequests(Counting(status)))

    assert [client.post("/", headers=attempt("one", it)).text for it in (1, 2)] == ["1", "2"]


def test_requests_without_sdk_headers_are_all_executed() -> None:
    client = Client(RepeatedRequests(Counting("200 OK")))

    assert [client.get("/").text for _ in range(2)] == ["1", "2"]


def attempt(invocation: str, number: int) -> dict[str, str]:
    return {"amz-sdk-invocation-id": invocation, "amz-sdk-request": f"attempt={number}; max=25"}
