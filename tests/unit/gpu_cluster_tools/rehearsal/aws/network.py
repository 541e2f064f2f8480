"""A network of an account, by its IDs in requests."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    """IDs of existing resources."""

    vpc: str
    subnet: str
    routes: str
