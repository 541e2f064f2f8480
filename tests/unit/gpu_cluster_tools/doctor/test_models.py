from typing import Any

import pytest

from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.doctor.models import models
from tests.unit.gpu_cluster.stacks import model_of, stack_of

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
TOKEN = {"hubToken": {"secure": "v1:abc"}}


@pytest.mark.parametrize(
    ("model", "serving", "verdict", "words"),
    [
        (LLAMA, {}, CheckStatus.FAIL, "is gated, and the stack has no token"),
        (LLAMA, TOKEN, CheckStatus.SKIP, "is gated, and the token cannot be checked"),
        ("Qwen/Qwen2.5-7B-Instruct", {}, CheckStatus.OK, "without a token"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", {}, CheckStatus.WARN, "may be gated"),
        ("org/model", {}, CheckStatus.WARN, "may be gated"),
        ("org/model", TOKEN, CheckStatus.SKIP, "may be gated"),
    ],
)
def test_access_to_weights_of_the_hub(
    model: str, serving: dict[str, Any], verdict: CheckStatus, words: str
) -> None:
    stack = stack_of(serving={"models": {"chat": model_of(model=model)}} | serving)
    [check] = models(stack)
    assert (check.group, check.name, check.verdict) == ("models", "chat", verdict)
    assert words in check.found
    assert (verdict is CheckStatus.OK) == (check.advice == "")


def test_weights_of_a_store_need_no_token() -> None:
    stored = model_of(model=LLAMA, store="models", cache=None)
    [check] = models(stack_of(serving={"models": {"chat": stored}}))
    assert (check.verdict, check.found) == (
        CheckStatus.OK,
        f"{LLAMA} is read from store models, without a download",
    )


def test_on_this_machine_nothing_is_downloaded() -> None:
    served = {"models": {"chat": model_of(model=LLAMA)}}
    assert not [*models(stack_of(cluster={"provider": "local"}, serving=served, storage={}))]
