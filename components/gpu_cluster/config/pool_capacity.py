"""`gpu-cluster:pools.<name>.capacity`: purchase option of a pool's instances."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, PositiveInt, model_validator
from pydantic.alias_generators import to_camel

from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings
from gpu_cluster.config.zone import Zone

ReservationId = Annotated[str, Pattern(r"cr-[0-9a-f]{8,17}", "an id such as cr-0123456789abcdef0")]

BLOCK_END = 'a time in UTC, in quotes, such as "2036-12-01T11:30:00Z"'
"""The example is far from now, so that a copy of it is not refused as past."""

Instant = Annotated[str, Pattern(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z", BLOCK_END)]


class Market(StrEnum):
    """On-demand instances, or spot instances, which AWS may interrupt."""

    ON_DEMAND = "on-demand"
    SPOT = "spot"


class Reservation(Settings):
    """On-Demand Capacity Reservation, in one zone."""

    id: ReservationId
    """Id of the capacity reservation, such as cr-0123456789abcdef0."""

    zone: Zone
    """Zone of the reservation."""

    count: PositiveInt
    """Number of reserved instances."""


class CapacityBlock(Reservation):
    """EC2 Capacity Block, in one zone."""

    ends: Instant
    """End of the block, in UTC and in quotes, such as "2036-12-01T11:30:00Z"."""

    drain_minutes: Annotated[int, Field(ge=45, le=1440)] = 60
    """Minutes before the end to drain nodes; AWS terminates them 30 minutes before. Default: 60."""

    @model_validator(mode="after")
    def _exists(self) -> Self:
        _ = self.end
        return self

    @property
    def end(self) -> datetime:
        """End as a datetime. `ValueError` for an invalid date."""
        try:
            return datetime.fromisoformat(self.ends).astimezone(UTC)
        except ValueError:
            raise ValueError(f"expected ends to be a valid date-time, got {self.ends}") from None

    @property
    def drain(self) -> datetime:
        """Start of the drain."""
        return self.end - timedelta(minutes=self.drain_minutes)


class Capacity(Settings):
    """Purchase option of instances. Exactly one of market, reservation and capacityBlock."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    market: Market | None = None
    """on-demand or spot; `spot` is short for `{market: spot}`. Default: none."""

    reservation: Reservation | None = None
    """On-Demand Capacity Reservation. Default: none."""

    capacity_block: CapacityBlock | None = None
    """EC2 Capacity Block for ML. Default: none."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [to_camel(field) for field in type(self).model_fields if field in self.model_fields_set]
        if len(given) != 1:
            raise ValueError(
                "expected exactly one of market, reservation and capacityBlock,"
                f" got {' and '.join(given) or 'none'}"
            )
        return self

    @property
    def reserved(self) -> Reservation | None:
        """Reservation or capacity block; None for on-demand and spot."""
        return self.reservation or self.capacity_block


def _spelled_out(given: Any) -> Any:
    return {"market": given} if isinstance(given, str) else given


CapacitySettings = Annotated[
    Capacity, BeforeValidator(_spelled_out, json_schema_input_type=Market | Capacity)
]
"""Purchase option as a word or as keys."""
