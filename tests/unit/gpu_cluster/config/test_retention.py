import pytest
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.retention import DAYS, RetentionDays

DAYS_KEPT: TypeAdapter[int] = TypeAdapter(RetentionDays)


@pytest.mark.parametrize("days", DAYS)
def test_retention_periods_of_cloudwatch_are_accepted(days: int) -> None:
    assert DAYS_KEPT.validate_python(days) == days


@pytest.mark.parametrize(("days", "near"), [(0, 1), (100, 90), (360, 365), (9999, 3653)])
def test_other_retention_period_is_rejected_with_the_nearest(days: int, near: int) -> None:
    with pytest.raises(ValidationError, match=f"such as {near}"):
        DAYS_KEPT.validate_python(days)
