"""On which day prices, versions, waivers and reservations have to hold: asked of the machine here alone."""

from datetime import UTC, date, datetime


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return now().date()
