import pytest
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.cidr import Cidr

CIDR: TypeAdapter[str] = TypeAdapter(Cidr)


@pytest.mark.parametrize("given", ["10.40.0.0/16", "203.0.113.7/32", "fd00::/8", "0.0.0.0/0"])
def test_valid_cidr_range_is_unchanged(given: str) -> None:
    assert CIDR.validate_python(given) == given


def test_ipv6_range_is_lowercased() -> None:
    assert CIDR.validate_python("FD00::/8") == "fd00::/8"


@pytest.mark.parametrize(
    ("given", "right"), [("10.40.7.9/16", "10.40.0.0/16"), ("203.0.113.7", "203.0.113.7/32")]
)
def test_cidr_with_host_bits_is_rejected_with_the_likely_range(given: str, right: str) -> None:
    with pytest.raises(ValidationError, match=f"expected a CIDR range without host bits, such as {right}"):
        CIDR.validate_python(given)


@pytest.mark.parametrize("given", ["", "10.40/16", "10.40.0.0/33", "everyone"])
def test_text_that_is_not_a_cidr_range_is_rejected(given: str) -> None:
    with pytest.raises(ValidationError, match="expected a CIDR range"):
        CIDR.validate_python(given)
