from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.quantity import Bytes, Quantity, amount

QUANTITY: TypeAdapter[str] = TypeAdapter(Quantity)
BYTES: TypeAdapter[str] = TypeAdapter(Bytes)


@pytest.mark.parametrize(
    ("quantity", "number"),
    [
        ("4", Decimal(4)),
        ("500m", Decimal("0.5")),
        ("1k", Decimal(1000)),
        ("48Gi", Decimal(48 * 1024**3)),
        ("4.8Ti", Decimal("4.8") * 1024**4),
        ("1P", Decimal(10**15)),
    ],
)
def test_quantity_is_converted_to_a_number(quantity: str, number: Decimal) -> None:
    assert amount(quantity) == number


@pytest.mark.parametrize("quantity", ["", "Gi", "4 Gi", "4GB", "-1", "1e3", "4gi", ".5", "4.Gi", "٤"])
def test_malformed_quantity_is_rejected(quantity: str) -> None:
    with pytest.raises(ValueError, match="expected a Kubernetes quantity"):
        amount(quantity)


def test_quantity_accepts_plain_numbers() -> None:
    assert QUANTITY.validate_python(4) == "4"
    assert QUANTITY.validate_python(1.5) == "1.5"
    assert QUANTITY.validate_python("1.50") == "1.50"


@pytest.mark.parametrize("given", ["0", "0Gi", 0, True, None])
def test_quantity_that_is_not_positive_is_rejected(given: object) -> None:
    with pytest.raises(ValidationError):
        QUANTITY.validate_python(given)


def test_bytes_below_1mi_are_rejected() -> None:
    assert BYTES.validate_python("1Mi") == "1Mi"
    for slip in ("48", 48, "500m", "1023Ki"):
        with pytest.raises(ValidationError, match="at least 1Mi"):
            BYTES.validate_python(slip)
