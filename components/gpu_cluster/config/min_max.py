"""A fixed number, or a range that something scales within."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gpu_cluster.config.settings import Settings

MOST = 5000
"""Nodes that Kubernetes supports in one cluster; replicas have the same bound."""


class MinMax(Settings):
    """Between min and max; `2` is short for `{min: 2, max: 2}`."""

    min: Annotated[int, Field(ge=0, le=MOST)]
    """The least, at all times."""

    max: Annotated[int, Field(ge=1, le=MOST)]
    """The most, under load."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is more than max {self.max}")
        return self


def _awake(least: int) -> int:
    """An autoscaler averages a metric of pods, which has no value where there are no pods."""
    if least < 1:
        raise ValueError(
            "expected at least 1, for nothing wakes a model that has no replica; a share of a GPU costs "
            "less, and `kubectl scale` stops and wakes a model by hand"
        )
    return least


class Replicas(MinMax):
    """Between min and max, and never none: nothing here could wake a model from zero."""

    min: Annotated[int, Field(le=MOST, json_schema_extra={"minimum": 1}), AfterValidator(_awake)]
    """The least, at all times."""


def _both_ends(given: Any) -> Any:
    return {"min": given, "max": given} if isinstance(given, int) and not isinstance(given, bool) else given


_Fixed = Annotated[int, Field(ge=1, le=MOST)]

NodeCount = Annotated[MinMax, BeforeValidator(_both_ends, json_schema_input_type=_Fixed | MinMax)]
ReplicaCount = Annotated[Replicas, BeforeValidator(_both_ends, json_schema_input_type=_Fixed | Replicas)]
