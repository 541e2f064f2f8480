import json

import pytest

from gpu_cluster_tools.cli.local.first_answer import first_answer
from gpu_cluster_tools.rehearsal import RehearsalError

ANSWER = json.dumps({"choices": [{"message": {"content": "hello"}}]})


def test_client_retries_until_the_model_answers() -> None:
    answers = iter([(503, "no route"), (200, "no JSON"), (200, ANSWER)])
    assert first_answer("the model", 8000, lambda: next(answers), seconds=30) == "hello"


def test_refused_connection_is_retried() -> None:
    tried: list[int] = []

    def ask() -> tuple[int, str]:
        tried.append(1)
        if len(tried) == 1:
            raise ConnectionRefusedError("refused")
        return 200, ANSWER

    assert first_answer("the model", 8000, ask, seconds=30) == "hello"


def test_error_contains_the_last_failure() -> None:
    message = "the gateway does not answer on port 8000 of 127.0.0.1: 401 unauthorized"
    with pytest.raises(RehearsalError, match=message):
        first_answer("the gateway", 8000, lambda: (401, "unauthorized"), seconds=0)
