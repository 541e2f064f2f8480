"""Amounts as Kubernetes writes them: `500m` of CPU, `48Gi` of memory."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator

_SUFFIXES = {"": 1, "m": Decimal("0.001"), "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15} | {
    f"{letter}i": 1024**power for power, letter in enumerate("KMGTP", start=1)
}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?")


def amount(quantity: str) -> Decimal:
    """The plain number: cores for CPU, bytes for memory and storage. `ValueError` where it is no quantity."""
    match = _QUANTITY.fullmatch(quantity)
    if not match:
        raise ValueError("expected a Kubernetes quantity such as 500m, 4, 48Gi or 4.8Ti")
    number, suffix = match.groups(default="")
    return Decimal(number) * _SUFFIXES[suffix]


def _positive(quantity: str) -> str:
    if amount(quantity) <= 0:
        raise ValueError("expected more than zero")
    return quantity


Quantity = Annotated[str, AfterValidator(_positive)]
"""A positive Kubernetes quantity, kept as it was written."""
