"""Placeholder of a value that is known once another resource exists."""

from enum import Enum
from typing import Final


class Unknown(Enum):
    """The type of `UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
