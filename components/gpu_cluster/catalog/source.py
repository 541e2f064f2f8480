"""Where a table's numbers come from, so that anyone can check them or bring them up to date."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Source:
    where: str
    """Repository and path, or the title of a document."""

    date: date
    """Day on which the numbers were published, or read where they bear no date."""
