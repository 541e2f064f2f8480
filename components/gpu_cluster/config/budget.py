"""`gpu-cluster:budget`: what the platform may cost, and who hears of it when it costs more."""

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.settings import Settings

Email = Annotated[
    str, Pattern(r"[^\s@<>]{1,64}@[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?\.[A-Za-z]{2,}", "an e-mail address")
]

Percent = Annotated[int, Field(ge=1, le=1000)]


class BudgetSettings(Settings):
    """Monthly budget of the platform, and the recipients of its alerts."""

    monthly_usd: PositiveInt
    """Limit of a calendar month, in US dollars before credits and refunds."""

    notify: Annotated[frozenset[Email], Field(min_length=1, max_length=10)]
    """Who gets mail, one to ten addresses."""

    spent: frozenset[Percent] = frozenset({50, 80, 100})
    """Parts of the limit at which what was spent is reported, in percent. Default: 50, 80 and 100."""

    forecast: frozenset[Percent] = frozenset({100})
    """Parts of the limit at which the forecast of the month is reported, in percent. Default: 100."""

    scope: Literal["account", "stack"] = "account"
    """Scope: the whole account, or resources with the stack's tag. Default: account."""

    @model_validator(mode="after")
    def _as_many_as_aws_sends(self) -> Self:
        """A budget of AWS has one to five notifications (CreateBudget, API reference, 2026-11-21)."""
        together = len(self.spent) + len(self.forecast)
        if not 1 <= together <= 5:
            raise ValueError(f"expected one to five parts in spent and forecast together, got {together}")
        return self
