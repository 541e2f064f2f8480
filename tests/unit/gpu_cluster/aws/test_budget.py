from typing import Any

import pytest
from pydantic import ValidationError

from gpu_cluster.aws.budget import Budget
from gpu_cluster.config.budget import BudgetSettings
from gpu_cluster.plan import Registered
from tests.unit.graph import graph_of


def budget_of(**settings: Any) -> Registered:
    given = BudgetSettings.model_validate({"monthlyUsd": 9000, "notify": ["ops@example.com"]} | settings)
    return graph_of(
        lambda: Budget("money", given, account="123456789012", tags={"gpu-cluster/stack": "prod"})
    ).only("budget:Budget")


def test_budget_is_a_monthly_cost_limit_in_usd() -> None:
    budget = budget_of()
    assert (budget["limitAmount"], budget["limitUnit"]) == ("9000", "USD")
    assert (budget["timeUnit"], budget["budgetType"]) == ("MONTHLY", "COST")
    assert budget["costTypes"] == {"includeCredit": False, "includeRefund": False}


def test_budget_belongs_to_the_account_of_the_stack_file() -> None:
    assert budget_of()["accountId"] == "123456789012"


def test_all_recipients_are_notified_of_actual_and_forecast_cost() -> None:
    budget = budget_of(notify=["z@example.com", "a@example.com"], spent=[100, 50], forecast=[110])
    assert [(n["notificationType"], n["threshold"]) for n in budget["notifications"]] == [
        ("ACTUAL", 50),
        ("ACTUAL", 100),
        ("FORECASTED", 110),
    ]
    for notification in budget["notifications"]:
        assert notification["subscriberEmailAddresses"] == ["a@example.com", "z@example.com"]
        assert notification["comparisonOperator"] == "GREATER_THAN"
        assert notification["thresholdType"] == "PERCENTAGE"


def test_budget_covers_the_whole_account_by_default() -> None:
    assert "costFilters" not in budget_of().inputs


def test_budget_with_scope_stack_filters_by_the_stack_tag() -> None:
    budget = budget_of(scope="stack")
    assert budget["costFilters"] == [{"name": "TagKeyValue", "values": ["user:gpu-cluster/stack$prod"]}]


@pytest.mark.parametrize(
    "parts", [{"spent": [10, 20, 30, 40, 50], "forecast": [100]}, {"spent": [], "forecast": []}]
)
def test_budget_requires_one_to_five_notifications(parts: dict[str, list[int]]) -> None:
    with pytest.raises(ValidationError, match="one to five"):
        budget_of(**parts)
