from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.pool_capacity import Capacity, CapacityBlock, CapacitySettings, Market

BLOCK = {"id": "cr-0123456789abcdef0", "zone": "us-east-2a", "count": 8, "ends": "2036-12-01T11:30:00Z"}


def capacity(given: Any) -> Capacity:
    return TypeAdapter[Capacity](CapacitySettings).validate_python(given)


def test_capacity_as_text_is_a_market() -> None:
    assert capacity("spot").market is Market.SPOT
    assert capacity({"market": "spot"}) == capacity("spot")
    assert capacity("spot").reserved is None


def test_capacity_reserved_is_the_reservation_or_capacity_block() -> None:
    reservation = {key: BLOCK[key] for key in ("id", "zone", "count")}
    assert (
        capacity({"reservation": reservation}).reserved == capacity({"reservation": reservation}).reservation
    )
    assert capacity({"capacityBlock": BLOCK}).reserved == CapacityBlock.model_validate(BLOCK)


@pytest.mark.parametrize(
    ("given", "got"),
    [({}, "none"), ({"market": "spot", "capacityBlock": BLOCK}, "market and capacityBlock")],
)
def test_capacity_requires_exactly_one_kind(given: Any, got: str) -> None:
    with pytest.raises(ValidationError, match=f"got {got}"):
        capacity(given)


def test_capacity_block_end_is_a_valid_utc_time() -> None:
    assert CapacityBlock.model_validate(BLOCK).end == datetime(2036, 12, 1, 11, 30, tzinfo=UTC)
    with pytest.raises(ValidationError, match="a valid date-time"):
        CapacityBlock.model_validate(BLOCK | {"ends": "2036-02-30T11:30:00Z"})
    with pytest.raises(ValidationError, match="a time in UTC"):
        CapacityBlock.model_validate(BLOCK | {"ends": "2036-12-01 11:30"})
