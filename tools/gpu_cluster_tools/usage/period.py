"""A period in whole minutes, as a user names it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

STEP = timedelta(minutes=1)
"""Time that one sample represents."""

_LONGEST = timedelta(days=3650)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d{1,6})([mhdw])")
_ALLOWED = "expected a time before now such as 7d or 12h, or a day or time in UTC such as 2026-11-01"


class PeriodError(Exception):
    """Text that names no period."""


class Period(NamedTuple):
    start: datetime
    end: datetime

    def parts(self, longest: timedelta) -> "Iterator[Period]":
        """The same in parts of at most this length, from the first on."""
        start = self.start
        while start < self.end:
            end = min(start + longest, self.end)
            yield Period(start, end)
            start = end


def period_of(since: str, until: str | None, now: datetime) -> Period:
    """Period from a time to another, or to now. `PeriodError` if it is invalid.

    period_of("7d", None, datetime.now(UTC))
    """
    end = _moment(until, now) if until else _whole(now)
    start = _moment(since, end)
    if end > now:
        raise PeriodError(f"the period ends at {until}, which has yet to come")
    if start >= end:
        raise PeriodError(f"the period begins at {start:%Y-%m-%d %H:%M} and ends at {end:%Y-%m-%d %H:%M}")
    if end - start > _LONGEST:
        raise PeriodError(f"expected a period of at most {_LONGEST.days} days, got {since}")
    return Period(start, end)


def _moment(text: str, end: datetime) -> datetime:
    """A moment before another, or a day or time."""
    if ago := _AGO.fullmatch(text):
        count, unit = ago.groups()
        try:
            return _whole(end - timedelta(**{_UNITS[unit]: int(count)}))
        except OverflowError:
            raise PeriodError(f"{_ALLOWED}, got '{text}'") from None
    try:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
        return _whole(found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):  # OverflowError: before the year 1 in UTC
        raise PeriodError(f"{_ALLOWED}, got '{text}'") from None


def _whole(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
