from threading import Event

import httpx2
import pytest

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.controllers.background_loops import background_loops

_SECONDS = 10


def refusal(code: int) -> httpx2.HTTPStatusError:
    request = httpx2.Request("GET", "https://127.0.0.1")
    return httpx2.HTTPStatusError("refused", request=request, response=httpx2.Response(code, request=request))


def test_loop_runs_until_the_context_ends() -> None:
    played, calls = Event(), list[str]()

    def play() -> None:
        calls.append("played")
        played.set()

    with background_loops(play):
        assert played.wait(_SECONDS)
    after = len(calls)

    assert len(calls) == after


def test_conflicts_and_missing_objects_are_retried() -> None:
    again, refusals = Event(), [refusal(404), refusal(409)]

    def play() -> None:
        if refusals:
            raise refusals.pop()
        again.set()

    with background_loops(play):
        assert again.wait(_SECONDS)


@pytest.mark.parametrize(
    "refused",
    [
        ApiError("ResourceNotFoundException", "No node group found for name: l4."),
        ApiError("RequestLimitExceeded", "Rate exceeded"),
    ],
)
def test_temporary_account_error_is_retried(refused: ApiError) -> None:
    again, gone = Event(), [refused]

    def play() -> None:
        if gone:
            raise gone.pop()
        again.set()

    with background_loops(play):
        assert again.wait(_SECONDS)


def test_other_error_is_raised_at_the_end() -> None:
    failed = Event()

    def play() -> None:
        failed.set()
        raise refusal(403)

    with pytest.raises(httpx2.HTTPStatusError), background_loops(play):
        assert failed.wait(_SECONDS)
