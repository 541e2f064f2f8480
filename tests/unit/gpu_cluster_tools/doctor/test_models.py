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
def test_access_to_weights_on_the_hub_is_checked(
    model: str, serving: dict[str, Any], verdict: CheckStatus, words: str
) -> None:
    stack = stack_of(serving={"models": {"chat": model_of(model=model)}} | serving)
    [check] = models(stack)
    assert (check.group, check.name, check.verdict) == ("models", "chat", verdict)
    assert words in check.found
    assert (verdict is CheckStatus.OK) == (check.advice == "")


def test_weights_in_a_store_need_no_token() -> None:
    stored = model_of(model=LLAMA, store="models", cache=None)
    [check] = models(stack_of(serving={"models": {"chat": stored}}))
    assert (check.verdict, check.found) == (
        CheckStatus.OK,
        f"{LLAMA} is read from store models, without a download",
    )


def test_models_on_the_local_provider_are_not_checked() -> None:
    served = {"models": {"chat": model_of(model=LLAMA)}}
    assert not [*models(stack_of(cluster={"provider": "local"}, serving=served, storage={}))]


NIM = {"engine": "nim", "image": "nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8.4"}
KEY = {"NGC_API_KEY": {"secret": "ngc", "key": "key"}}


@pytest.mark.parametrize(
    ("settings", "verdict", "words"),
    [
        (NIM, CheckStatus.WARN, "downloads from NGC, and the model has no NGC_API_KEY"),
        (NIM | {"env": KEY}, CheckStatus.SKIP, "its NGC_API_KEY cannot be checked from here"),
        (
            {"engine": "custom", "image": "example.com/thing:1"},
            CheckStatus.SKIP,
            "example.com/thing:1 has its",
        ),
        ({"engine": "triton", "version": "25.06-py3"}, CheckStatus.SKIP, "whether Triton may read"),
    ],
)
@pytest.mark.parametrize("serving", [{}, TOKEN])
def test_weights_from_other_sources_are_not_looked_up_on_the_hub(
    settings: dict[str, Any], serving: dict[str, Any], verdict: CheckStatus, words: str
) -> None:
    [check] = models(stack_of(serving={"models": {"chat": model_of(**settings)}} | serving))

    assert check.verdict == verdict
    assert words in check.found
    assert "huggingface" not in check.found + check.advice


def test_own_token_of_a_model_cannot_be_checked() -> None:
    own = model_of(model=LLAMA, env={"HF_TOKEN": {"secret": "hub", "key": "token"}})
    [check] = models(stack_of(serving={"models": {"chat": own}}))

    assert check.verdict is CheckStatus.SKIP
    assert "the token cannot be checked" in check.found
