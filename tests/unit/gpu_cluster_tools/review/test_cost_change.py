from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.config.stack import Stack
from gpu_cluster.plan import planned
from gpu_cluster.stack import load
from gpu_cluster_tools.review.cost_change import cost_change
from gpu_cluster_tools.review.revision_state import RevisionState
from tests.today import TODAY
from tests.unit.gpu_cluster.stacks import stack_of

DEV = Path(__file__).parents[4] / "stacks/Pulumi.dev.yaml"


def side(stack: Stack | None, day: date = TODAY) -> RevisionState:
    return RevisionState("dev", planned(stack, "dev") if stack else None, Path(), Path(), day)


@pytest.fixture(scope="module")
def dev() -> Stack:
    return load(DEV)


def with_pool(stack: Stack, name: str, **changes: Any) -> Stack:
    pools = stack.pools | {name: stack.pools[name].model_copy(update=changes)}
    return stack.model_copy(update={"pools": pools})


def test_larger_pool_raises_only_the_cost_of_its_line(dev: Stack) -> None:
    more = with_pool(dev, "l4", nodes=dev.pools["l4"].nodes.model_copy(update={"max": 4}))

    cost = cost_change(side(dev), side(more))

    assert cost
    assert cost.missing == ()
    assert cost.before
    assert [line.what for line in cost.lines] == ["pool l4"]
    assert cost.after.most > cost.before.most
    assert cost.after.least == cost.before.least
    [line] = cost.lines
    assert line.before
    assert line.after
    assert line.after.most - line.before.most == pytest.approx(cost.after.most - cost.before.most)


def test_new_stack_has_no_cost_before(dev: Stack) -> None:
    cost = cost_change(side(None), side(dev))

    assert cost
    assert cost.before is None
    assert all(line.before is None for line in cost.lines)


def test_deleted_stack_costs_nothing_after(dev: Stack) -> None:
    cost = cost_change(side(dev), side(None))

    assert cost
    assert (cost.after.least, cost.after.most) == (0, 0)


def test_stack_outside_aws_has_no_cost() -> None:
    site = stack_of()
    assert cost_change(side(site), side(site)) is None


def test_outdated_price_is_reported_as_missing(dev: Stack) -> None:
    cost = cost_change(side(dev, date(2040, 1, 1)), side(dev, date(2040, 1, 1)))

    assert cost
    assert cost.after.most == 0
    assert cost.missing == tuple(sorted(set(cost.missing)))
    assert any(words.startswith("the price for KMS keys is of 2026-08-21") for words in cost.missing)
