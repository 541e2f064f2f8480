"""Fixed number, or range for autoscaling."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gpu_cluster.config.section import Settings

MOST = 5000
"""Maximum nodes of a Kubernetes cluster; also the limit for replicas."""


class MinMax(Settings):
    """Range from min to max; `2` is short for `{min: 2, max: 2}`."""

    min: Annotated[int, Field(ge=0, le=MOST)]
    """Minimum number."""

    max: Annotated[int, Field(ge=1, le=MOST)]
    """Maximum number."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is more than max {self.max}")
        return self


def _awake(least: int) -> int:
    """Refuse 0: autoscaling averages a pod metric, which has no value without pods."""
    if least < 1:
        raise ValueError(
            "expected at least 1, because models do not scale up from zero; use a share of a GPU to "
            "save cost, or `kubectl scale` to stop and start a model manually"
        )
    return least


class Replicas(MinMax):
    """Range of replicas from min to max, at least 1: models do not scale up from zero."""

    min: Annotated[int, Field(le=MOST, json_schema_extra={"minimum": 1}), AfterValidator(_awake)]
    """Minimum number."""


def _both_ends(given: Any) -> Any:
    return {"min": given, "max": given} if isinstance(given, int) and not isinstance(given, bool) else given


_Fixed = Annotated[int, Field(ge=1, le=MOST)]

NodeCount = Annotated[MinMax, BeforeValidator(_both_ends, json_schema_input_type=_Fixed | MinMax)]
ReplicaCount = Annotated[Replicas, BeforeValidator(_both_ends, json_schema_input_type=_Fixed | Replicas)]
