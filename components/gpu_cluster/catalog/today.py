"""Current date for prices, versions, waivers and reservations; only this module reads the clock for it."""

from datetime import UTC, date, datetime


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return now().date()
