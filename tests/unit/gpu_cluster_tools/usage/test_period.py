from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from gpu_cluster_tools.usage.period import Period, PeriodError, period_of

NOW = datetime(2026, 11, 30, 9, 15, 42, tzinfo=UTC)
MINUTE = datetime(2026, 11, 30, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "start", "end"),
    [
        ("7d", None, MINUTE - timedelta(days=7), MINUTE),
        ("90m", None, MINUTE - timedelta(minutes=90), MINUTE),
        ("2w", "2026-11-20", datetime(2026, 11, 6, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-01", None, datetime(2026, 11, 1, tzinfo=UTC), MINUTE),
        (
            "2026-11-01T08:30",
            "2026-11-01T12:00+01:00",
            datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
            datetime(2026, 11, 1, 11, tzinfo=UTC),
        ),
    ],
)
def test_period_has_whole_minutes_in_utc(
    since: str, until: str | None, start: datetime, end: datetime
) -> None:
    assert period_of(since, until, NOW) == Period(start, end)


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        ("a week", None, "expected a time before now such as 7d or 12h"),
        ("7 d", None, "got '7 d'"),
        ("2026-13-01", None, "got '2026-13-01'"),
        ("999999w", None, "got '999999w'"),
        ("20w", "now", "got 'now'"),
        ("7d", "2026-12-24", "which has yet to come"),
        ("2026-12-24", None, "the period begins at 2026-12-24 00:00 and ends at 2026-11-30 09:15"),
        ("0001-01-01T00:00+14:00", None, "got '0001-01-01T00:00"),
        ("0d", None, "the period begins at"),
        ("9999d", None, "at most 3650 days"),
    ],
)
def test_invalid_period_is_an_error(since: str, until: str | None, message: str) -> None:
    with pytest.raises(PeriodError, match=message):
        period_of(since, until, NOW)


def test_parts_add_up_to_the_whole_period() -> None:
    period = period_of("60h", None, NOW)
    parts = list(period.parts(timedelta(days=1)))
    assert [(it.end - it.start) // timedelta(hours=1) for it in parts] == [24, 24, 12]
    assert (parts[0].start, parts[-1].end) == period
    assert all(before.end == after.start for before, after in pairwise(parts))
