from typing import Any

import pytest

from rehearsal.aws.api import Api, ApiError
from tests.unit.rehearsal.aws.services.life import make, mistakes, refusal

BUDGET = "aws:budgets/budget:Budget"
MONTHLY = {"budgetType": "COST", "timeUnit": "MONTHLY", "limitAmount": "1000", "limitUnit": "USD"}


def told(threshold: int, *emails: str) -> dict[str, Any]:
    return {
        "comparisonOperator": "GREATER_THAN",
        "notificationType": "ACTUAL",
        "threshold": threshold,
        "thresholdType": "PERCENTAGE",
        "subscriberEmailAddresses": list(emails),
    }


def test_a_budget_changes_in_place(api: Api) -> None:
    budget = make(
        api,
        BUDGET,
        **MONTHLY,
        costTypes={"includeCredit": False},
        costFilters=[{"name": "TagKeyValue", "values": ["user:team$ml"]}],
        notifications=[told(80, "a@example.com"), told(100, "a@example.com", "b@example.com")],
        tags={"use": "test"},
    )

    assert budget["timePeriodEnd"] == "2087-06-15_00:00"
    assert budget.change(limitAmount="2000", costFilters=None, costTypes={"includeTax": False}) == "updated"
    assert budget["costFilters"] == []
    assert budget.change(notifications=[told(90, "c@example.com")]) == "updated"
    assert budget.change(tags=None) == "updated"
    assert budget.change(name="other") == "replaced"
    budget.goes()


def test_words_that_budgets_do_not_have_are_named(api: Api) -> None:
    (words,) = mistakes(api, BUDGET, **(MONTHLY | {"timeUnit": "WEEKLY"}))

    assert words.startswith("Budget.TimeUnit: expected one of DAILY, MONTHLY")


def test_a_period_is_written_as_the_provider_writes_it(api: Api) -> None:
    with pytest.raises(ApiError, match="2026-01: expected a time like 2026-01-01_00:00"):
        mistakes(api, BUDGET, **MONTHLY, timePeriodStart="2026-01")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"accountId": "999999999999"}, "AccessDeniedException"),
        ({"limitAmount": None}, "InvalidParameterException: BudgetLimit is required"),
        ({"notifications": [told(80, *map("{}@example.com".format, range(11)))]}, "CreationLimitExceeded"),
    ],
)
def test_what_budgets_refuse(api: Api, given: dict[str, Any], code: str) -> None:
    wanted = {name: value for name, value in (MONTHLY | given).items() if value is not None}

    assert refusal(api, BUDGET, **wanted).startswith(code)
