"""Background loops that simulate the programs in a cluster's containers during a rehearsal."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Event, Thread

import httpx2

from gpu_cluster_tools.rehearsal.aws.api import ApiError

_PAUSE_SECONDS = 0.3
_PASSING = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_MANY_REQUESTS,  # of a kind that is just being defined, too
)


@contextmanager
def background_loops(*passes: Callable[[], object]) -> Generator[None]:
    """Call each of these over and over in the background. The first error ends it, and is raised after."""
    over = Event()
    errors: list[Exception] = []

    def play() -> None:
        try:
            while not over.wait(_PAUSE_SECONDS):
                for each in passes:
                    _play(each)
        except Exception as error:  # reported by the caller that joins this thread
            errors.append(error)

    thread = Thread(target=play, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if errors:
        raise errors[0]


def _play(each: Callable[[], object]) -> None:
    """Run once. Errors caused by concurrent changes are retried in the next run."""
    try:
        each()
    except httpx2.HTTPStatusError as error:
        if error.response.status_code not in _PASSING:
            raise
    except ApiError as error:
        if not (error.is_gone or error.is_throttled):
            raise
