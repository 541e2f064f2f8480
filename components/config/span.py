"""A fixed number, or a range that something scales within."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, NonNegativeInt, PositiveInt, model_validator

from components.config.settings import Settings


class Span(Settings):
    """Between min and max; `2` is short for `{min: 2, max: 2}`."""

    min: NonNegativeInt
    max: PositiveInt

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is more than max {self.max}")
        return self


class Replicas(Span):
    """Between min and max, and never none: nothing here could wake a model from zero."""

    min: PositiveInt


def _both_ends(given: Any) -> Any:
    return {"min": given, "max": given} if isinstance(given, int) and not isinstance(given, bool) else given


NodeCount = Annotated[Span, BeforeValidator(_both_ends)]
ReplicaCount = Annotated[Replicas, BeforeValidator(_both_ends)]
