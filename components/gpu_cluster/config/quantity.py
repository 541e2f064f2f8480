"""Kubernetes quantities: `500m` of CPU, `48Gi` of memory."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

_SUFFIXES = {"": 1, "m": Decimal("0.001"), "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15} | {
    f"{letter}i": 1024**power for power, letter in enumerate("KMGTP", start=1)
}
_PATTERN = r"(\d+(?:\.\d+)?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?"
_NOT_ZERO = r"(?=[0.]*[1-9])"
_QUANTITY = re.compile(_PATTERN, re.ASCII)
_LEAST_BYTES = 1024**2


def amount(quantity: str) -> Decimal:
    """Number of cores or bytes of a quantity. `ValueError` for an invalid quantity."""
    match = _QUANTITY.fullmatch(quantity)
    if not match:
        raise ValueError("expected a Kubernetes quantity such as 500m, 4, 48Gi or 4.8Ti")
    number, suffix = match.groups(default="")
    return Decimal(number) * _SUFFIXES[suffix]


def _written(given: Any) -> Any:
    """Accept numbers, because YAML reads 4 as a number."""
    return str(given) if isinstance(given, int | float) and not isinstance(given, bool) else given


def _positive(quantity: str) -> str:
    if amount(quantity) <= 0:
        raise ValueError("expected more than zero")
    return quantity


def _mebibyte(quantity: str) -> str:
    if amount(quantity) < _LEAST_BYTES:
        raise ValueError("expected at least 1Mi, with a unit such as Gi")
    return quantity


Quantity = Annotated[
    str,
    BeforeValidator(_written),
    AfterValidator(_positive),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_NOT_ZERO}{_PATTERN}$"},
                {"type": "number", "exclusiveMinimum": 0},
            ],
            "format": "quantity",
        }
    ),
]
"""Positive Kubernetes quantity, as written."""

Bytes = Annotated[
    Quantity,
    AfterValidator(_mebibyte),
    WithJsonSchema({"type": "string", "pattern": f"^{_NOT_ZERO}{_PATTERN}$", "format": "quantity"}),
]
"""Memory or storage quantity, such as 48Gi."""
