"""What stands where a value will only be known once something else exists."""

from enum import Enum
from typing import Final


class Unknown(Enum):
    """The type of `UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
