"""Source and date of a catalog table."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Source:
    where: str
    """Repository and path, or the title of a document."""

    date: date
    """Day on which the numbers were published, or read where they bear no date."""
