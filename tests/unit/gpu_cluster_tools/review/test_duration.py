from pathlib import Path

from gpu_cluster.config.stack import Stack
from gpu_cluster.plan import planned
from gpu_cluster_tools.review.duration import duration_change
from gpu_cluster_tools.review.revision_state import RevisionState
from tests.today import TODAY
from tests.unit.gpu_cluster.stacks import model_of, stack_of


def side(stack: Stack | None) -> RevisionState:
    return RevisionState("site", planned(stack, "site") if stack else None, Path(), Path(), TODAY)


def serving(model: str) -> Stack:
    return stack_of(serving={"models": {"chat": model_of(model=model)}})


def test_larger_weights_take_longer_on_the_critical_path() -> None:
    small, large = serving("Qwen/Qwen2.5-0.5B-Instruct"), serving("meta-llama/Llama-3.1-70B-Instruct")

    time, missing = duration_change(side(small), side(large))

    assert missing == ()
    assert time
    assert time.before
    assert time.after > time.before
    name, minutes = max(time.path, key=lambda each: each[1])
    assert name == "Deployment platform-serving-chat-replicas"
    assert minutes > time.after - time.before


def test_new_stack_has_no_duration_before_and_deleted_stack_none_after() -> None:
    new, _ = duration_change(side(None), side(stack_of()))

    assert new
    assert new.before is None
    assert duration_change(side(stack_of()), side(None)) == (None, ())
