"""A network of an account, as requests name its parts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    """Ids of what is there."""

    vpc: str
    subnet: str
    routes: str
