"""Text of a table in CSV."""

import csv
from collections.abc import Iterable
from io import StringIO


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A line of columns and a line of each row, which end as in the committed tables."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
