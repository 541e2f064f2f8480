"""`gpu-cluster:budget`: monthly budget and the recipients of its alerts."""

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings

Email = Annotated[
    str, Pattern(r"[^\s@<>]{1,64}@[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?\.[A-Za-z]{2,}", "an e-mail address")
]

Percent = Annotated[int, Field(ge=1, le=1000)]


class BudgetSettings(Settings):
    """Monthly budget of the platform, and the recipients of its alerts."""

    monthly_usd: PositiveInt
    """Limit per calendar month, in US dollars before credits and refunds."""

    notify: Annotated[frozenset[Email], Field(min_length=1, max_length=10)]
    """E-mail addresses for alerts, one to ten."""

    spent: frozenset[Percent] = frozenset({50, 80, 100})
    """Thresholds for alerts on actual cost, in percent of the limit. Default: 50, 80 and 100."""

    forecast: frozenset[Percent] = frozenset({100})
    """Thresholds for alerts on forecast cost, in percent of the limit. Default: 100."""

    scope: Literal["account", "stack"] = "account"
    """Cost to include: of the whole account, or of resources with the stack's tag. Default: account."""

    @model_validator(mode="after")
    def _as_many_as_aws_sends(self) -> Self:
        """An AWS budget has one to five notifications (CreateBudget, API reference, 2026-11-21)."""
        together = len(self.spent) + len(self.forecast)
        if not 1 <= together <= 5:
            raise ValueError(
                f"expected one to five thresholds in spent and forecast together, got {together}"
            )
        return self
