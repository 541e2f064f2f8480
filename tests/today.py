"""The date of the tests, on which prices, waivers and Kubernetes versions are valid."""

from datetime import UTC, date, datetime, tzinfo
from typing import Self

TODAY = date(2026, 11, 25)


class Clock(datetime):
    """Frozen at the start of that day."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls(TODAY.year, TODAY.month, TODAY.day, tzinfo=tz or UTC)
