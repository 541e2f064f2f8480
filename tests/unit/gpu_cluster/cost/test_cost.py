import socket
from fractions import Fraction

import pytest

from gpu_cluster.catalog import Price, PriceError
from gpu_cluster.cost import Cost, Prices, cost_of, document_of, usage_of
from gpu_cluster.cost.money import Range, total
from gpu_cluster.plan import planned
from gpu_cluster.stack import load
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.plans import PROJECT, plan


@pytest.fixture(scope="module")
def prod() -> Cost:
    return cost_of(plan("prod"), day=TODAY)


def test_parts_and_lines_add_up_to_the_total(prod: Cost) -> None:
    assert total([line.monthly for line in prod.lines]) == prod.monthly
    assert total(list(prod.by_part().values())) == prod.monthly
    assert prod.hourly * 730 == prod.monthly


def test_maximum_of_every_line_is_at_least_its_minimum(prod: Cost) -> None:
    assert all(line.hourly.least <= line.hourly.most for line in prod.lines)


def test_pool_cost_includes_nodes_disks_and_model_volumes(prod: Cost) -> None:
    nodes = [Fraction("10.49264") * 730 * count for count in (2, 4)]
    disks = [Fraction("0.08") * 100 * count for count in (2, 4)]
    caches = [
        (140 * Fraction("0.08") + 1000 * Fraction("0.005") + 375 * Fraction("0.04")) * count
        for count in (2, 8)
    ]
    least, most = (sum(ends, Fraction(0)) for ends in zip(nodes, disks, caches, strict=True))

    assert prod.by_pool()["l40s"] == Range(least, most)


def test_committed_budgets_hold_at_maximum_cost_with_less_than_a_fifth_left() -> None:
    for name in ("dev", "staging", "prod"):
        environment, *teams = cost_of(plan(name), day=TODAY).budgets
        assert not any(budget.over for budget in (environment, *teams)), name
        assert environment.used > Fraction(4, 5), name


def test_exceeded_budget_states_the_excess() -> None:
    stack = load(PROJECT / "stacks" / "Pulumi.dev.yaml")
    assert stack.budget
    small = stack.model_copy(update={"budget": stack.budget.model_copy(update={"monthly_usd": 1000})})
    [budget] = cost_of(planned(small, "dev"), day=TODAY).budgets

    assert (budget.of, budget.limit) == ("environment", 1000)
    assert budget.over == budget.monthly.most - 1000 > 0


def test_stack_outside_aws_has_no_cost_but_utilization() -> None:
    onprem = cost_of(plan("onprem"), day=TODAY)

    assert onprem.region is None
    assert not onprem.monthly
    assert [use.pool for use in onprem.uses] == ["h100", "h100-mig"]


def test_karpenter_pool_costs_at_least_the_nodes_of_its_models() -> None:
    dev = cost_of(plan("dev"), day=TODAY)
    [servers] = [line for line in dev.lines if line.pool == "l4" and line.unit == "node"]

    assert servers.quantity == Range.of(1, 2)  # one replica, though the pool may have no node


def test_teams_have_a_share_of_pools_and_their_own_budgets() -> None:
    stack = load(PROJECT / "stacks" / "Pulumi.staging.yaml")
    shared = type(stack).model_validate(
        stack.model_dump(by_alias=True, exclude_unset=True)
        | {"teams": {"vision": {"gpus": {"l4": 1}, "budget": {"monthlyUsd": 500}}}}
    )
    cost = cost_of(planned(shared, "staging"), day=TODAY)

    quarter = cost.by_pool()["l4"] * Fraction(1, 4)  # 1 of 4 GPUs
    assert cost.shares["vision"].monthly == quarter
    [_, team] = cost.budgets
    assert (team.of, team.over) == ("team vision", quarter.most - 500)


class WithoutKeys(Prices):
    def service(self, name: str, region: str) -> Price:
        if name == "key":
            raise PriceError(f"no price for KMS keys in {region}")
        return super().service(name, region)


def test_missing_price_makes_only_affected_budgets_incomplete() -> None:
    cost = cost_of(plan("prod"), day=TODAY, prices=WithoutKeys())
    environment, *teams = cost.budgets

    assert {it.cause for it in cost.missing} == {
        "no price for KMS keys in us-east-2",
        "no price for KMS keys in us-west-2",  # of the copies of backups
    }
    assert not cost.complete
    assert not environment.complete
    assert teams
    assert all(team.complete for team in teams)  # a team's cost is only its share of pools


class WithoutDisks(Prices):
    def on_demand(self, instance: str, region: str) -> Price:
        if instance == "g6e.12xlarge":
            raise PriceError(f"no price for {instance} in {region}")
        return super().on_demand(instance, region)

    def service(self, name: str, region: str) -> Price:
        if name.startswith("gp3"):
            raise PriceError(f"no price for gp3 in {region}")
        return super().service(name, region)


def test_pool_without_prices_is_listed_as_incomplete() -> None:
    parts = dict(cost_of(plan("prod"), day=TODAY, prices=WithoutDisks()).listed_parts())

    assert not parts["pool l40s, incomplete"]
    assert parts["pool l4, incomplete"]  # only its disks
    assert "pool l4" not in parts


def test_parts_are_listed_highest_first(prod: Cost) -> None:
    amounts = [monthly.most for _, monthly in prod.listed_parts()]
    assert amounts == sorted(amounts, reverse=True)
    assert not any("incomplete" in part for part, _ in prod.listed_parts())


def test_team_cost_is_its_resources_plus_its_share_of_pools() -> None:
    environment, team = (cost_of(plan(name), day=TODAY) for name in ("prod", "prod-vision"))
    share = environment.shares["vision"]
    own = [line for line in team.lines if "of pool" not in line.what]
    [disks] = [line for line in own if line.resource == "team-detect-replicas" and line.unit == "GiB"]

    assert share.pools == {"l4": Fraction(1, 4)}  # 4 of 16 GPUs
    assert team.monthly == share.monthly + total([line.monthly for line in own])
    # 30 GiB for each of 2 to 3 replicas; the environment's file configures the storage class
    assert disks.monthly == Range.of(Fraction("4.8"), Fraction("7.2"))
    assert [(budget.of, budget.over) for budget in team.budgets] == [("team vision", 0)]


def test_given_usage_amount_changes_the_total_by_its_cost() -> None:
    less, more = (cost_of(plan("dev"), day=TODAY, usage=usage_of({"nat-gb": gb})) for gb in ("0", "100"))

    assert (more.monthly - less.monthly).most == Fraction("4.5")  # one gateway, 100 x 0.045


def test_json_document_has_the_complete_cost(prod: Cost) -> None:
    document = document_of(prod)

    assert document["monthly"]["most"] == round(float(prod.monthly.most), 2)
    assert len(document["lines"]) == len(prod.lines)
    assert document["budgets"][0]["of"] == "environment"
    assert document["assumptions"]["nat-gb"] == 200


def test_cost_opens_no_network_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a cost asks nobody")

    dev = plan("dev")
    monkeypatch.setattr(socket, "socket", refuse)
    assert cost_of(dev, day=TODAY).monthly.most > 0
