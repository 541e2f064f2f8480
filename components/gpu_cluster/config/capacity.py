"""`gpu-cluster:pools.<name>.capacity`: how AWS lends the servers of a pool."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, PositiveInt, model_validator
from pydantic.alias_generators import to_camel

from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.settings import Settings
from gpu_cluster.config.zone import Zone

ReservationId = Annotated[str, Pattern(r"cr-[0-9a-f]{8,17}", "an id such as cr-0123456789abcdef0")]

Instant = Annotated[
    str,
    Pattern(
        r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z",
        'a time in UTC, in quotes, such as "2026-12-01T11:30:00Z"',
    ),
]


class Market(StrEnum):
    """Servers on demand, or spot servers until AWS takes them back."""

    ON_DEMAND = "on-demand"
    SPOT = "spot"


class Reservation(Settings):
    """Servers that AWS keeps for the account, in one zone."""

    id: ReservationId
    """Id of the capacity reservation, such as cr-0123456789abcdef0."""

    zone: Zone
    """Zone of the reservation."""

    count: PositiveInt
    """Servers that are reserved."""


class CapacityBlock(Reservation):
    """Servers that are bought for some days, in one zone."""

    ends: Instant
    """When the block ends, in UTC and in quotes, such as "2026-12-01T11:30:00Z"."""

    drain_minutes: Annotated[int, Field(ge=45, le=1440)] = 60
    """Minutes before the end when its nodes are drained; AWS ends servers 30 minutes before. Default: 60."""

    @model_validator(mode="after")
    def _exists(self) -> Self:
        _ = self.end
        return self

    @property
    def end(self) -> datetime:
        """`ValueError` where no calendar has such a day."""
        try:
            return datetime.fromisoformat(self.ends).astimezone(UTC)
        except ValueError:
            raise ValueError(f"expected ends to be a valid date-time, got {self.ends}") from None


class Capacity(Settings):
    """How AWS lends the servers. Exactly one of market, reservation and capacityBlock."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    market: Market | None = None
    """on-demand or spot; `spot` is short for `{market: spot}`. Default: none."""

    reservation: Reservation | None = None
    """Servers that AWS keeps for the account. Default: none."""

    capacity_block: CapacityBlock | None = None
    """Servers that are bought for some days. Default: none."""

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
        """The servers that exist once, in one zone; None where AWS may have more."""
        return self.reservation or self.capacity_block


def _spelled_out(given: Any) -> Any:
    return {"market": given} if isinstance(given, str) else given


CapacitySettings = Annotated[
    Capacity, BeforeValidator(_spelled_out, json_schema_input_type=Market | Capacity)
]
"""A word for a market, or what is reserved."""
