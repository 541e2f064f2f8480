"""First answer of a model on this machine, once the way to it is open."""

import http.client
import json
import time
from collections.abc import Callable

from gpu_cluster_tools.rehearsal import RehearsalError


def first_answer(what: str, port: int, ask: Callable[[], tuple[int, str]], *, seconds: float) -> str:
    """Text of the first chat completion, with retries. `RehearsalError` if there is none in time.

    `ask` returns status and content of one response.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            status, content = ask()
            if status == http.HTTPStatus.OK:
                return str(json.loads(content)["choices"][0]["message"]["content"])
            failure = f"{status} {content}"
        except (OSError, http.client.HTTPException, ValueError) as error:
            failure = str(error) or type(error).__name__
        if time.monotonic() > deadline:
            raise RehearsalError(f"{what} does not answer on port {port} of 127.0.0.1: {failure}")
        time.sleep(0.5)
