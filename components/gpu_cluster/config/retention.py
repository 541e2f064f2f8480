"""Retention of CloudWatch logs."""

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""Days that PutRetentionPolicy accepts (CloudWatch Logs API reference, 2026-11-21)."""


def _allowed(days: int) -> int:
    if days not in DAYS:
        near = min(DAYS, key=lambda allowed: abs(allowed - days))
        raise ValueError(f"expected a retention that CloudWatch supports, in days, such as {near}")
    return days


RetentionDays = Annotated[
    int, AfterValidator(_allowed), WithJsonSchema({"type": "integer", "enum": list(DAYS)})
]
"""Log retention, in days."""
