"""`gpu-cluster:budget`: what the platform may cost, and who hears of it when it costs more."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from components.config.settings import Settings
from components.config.spelling import Spelled

Email = Annotated[
    str, Spelled(r"[^\s@<>]{1,64}@[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?\.[A-Za-z]{2,}", "an e-mail address")
]

Percent = Annotated[int, Field(ge=1, le=1000)]


class BudgetSettings(Settings):
    """What the platform may cost in a month, and who hears of it when it costs more."""

    monthly_usd: PositiveInt
    """Limit of a calendar month, in US dollars without tax credits."""

    notify: Annotated[frozenset[Email], Field(min_length=1, max_length=10)]
    """Who gets mail, one to ten addresses."""

    spent: Annotated[frozenset[Percent], Field(max_length=5)] = frozenset({50, 80, 100})
    """Parts of the limit at which what was spent is reported, in percent. Default: 50, 80 and 100."""

    forecast: Annotated[frozenset[Percent], Field(max_length=5)] = frozenset({100})
    """Parts of the limit at which the forecast of the month is reported, in percent. Default: 100."""

    scope: Literal["account", "stack"] = "account"
    """What counts: the whole account, or what bears the stack's tag. Default: account."""
