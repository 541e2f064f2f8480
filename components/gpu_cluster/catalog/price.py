"""Prices, and the days for which they can be relied on."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from gpu_cluster.catalog.source import Source

LIST_PRICE_DAYS = 365
"""AWS changes a list price about once in some years, and says so; a year without a look is too long."""

MOVING_PRICE_DAYS = 183
"""Prices of capacity blocks change every quarter: one missed update is within a budget's reserve, two are not
(Amazon EC2 Capacity Blocks pricing, 2026-09-13)."""


class PriceError(LookupError):
    """A price is missing or outdated; the message says of what."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for one unit, before taxes and discounts."""

    usd: Fraction
    unit: str
    """hour, GB-month, GB, month, …; a month has 730 hours."""

    source: Source
    days: int = LIST_PRICE_DAYS
    """Validity of a price after the date of its source."""

    @property
    def holds_until(self) -> date:
        return self.source.date + timedelta(days=self.days)

    def on(self, day: date, what: str) -> "Price":
        """Itself. `PriceError` where it is too old on that day."""
        if day > self.holds_until:
            raise PriceError(
                f"the price for {what} is of {self.source.date} and held until {self.holds_until}"
            )
        return self
