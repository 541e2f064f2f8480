"""CIDR ranges."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema


def _network(given: str) -> str:
    try:
        network = ip_network(given, strict=False)
    except ValueError:
        raise ValueError("expected a CIDR range such as 10.40.0.0/16") from None
    if "/" not in given or str(network) != given.lower():
        raise ValueError(f"expected a CIDR range without host bits, such as {network}")
    return str(network)


def as_cidr(pattern: str) -> WithJsonSchema:
    """JSON Schema of a CIDR range with this pattern."""
    return WithJsonSchema({"type": "string", "format": "cidr", "pattern": f"^({pattern})$"})


Cidr = Annotated[str, AfterValidator(_network), as_cidr(r"[0-9A-Fa-f:.]+/[0-9]{1,3}")]
"""IPv4 or IPv6 CIDR range without host bits, such as 10.40.0.0/16."""
