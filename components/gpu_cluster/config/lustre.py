"""Storage capacity of FSx for Lustre."""

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

_PATTERN = r"(\d+(?:\.\d)?)Ti|(\d+)Gi"
_SIZE = re.compile(_PATTERN, re.ASCII)
_FIRST, _STEP = 1200, 2400
"""Capacities of a PERSISTENT_2 SSD file system, in GiB: 1200, 2400, then steps of 2400."""


def gibibytes(size: str) -> int:
    """Capacity as the FSx API expects it: 1200 for 1.2Ti and 1200Gi. `ValueError` for an invalid size."""
    match = _SIZE.fullmatch(size)
    if not match:
        raise ValueError("expected a size such as 1.2Ti or 4.8Ti")
    tebi, gibi = match.groups()
    given = round(float(tebi) * 1000) if tebi else int(gibi)
    if given != _FIRST and (given % _STEP or not given):
        raise ValueError(f"expected 1.2Ti or a multiple of 2.4Ti, nearest {_nearest(given)}")
    return given


def _nearest(given: int) -> str:
    if given < _FIRST:
        return "1.2Ti"
    below = given // _STEP * _STEP or _FIRST
    above = (given // _STEP + 1) * _STEP
    return f"{below / 1000:g}Ti or {above / 1000:g}Ti"


def _sound(size: str) -> str:
    gibibytes(size)
    return size


LustreSize = Annotated[
    str,
    AfterValidator(_sound),
    WithJsonSchema({"type": "string", "pattern": f"^({_PATTERN})$", "format": "quantity"}),
]
"""Size as written, such as 4.8Ti."""
