"""Zones of AWS."""

import re
from typing import Annotated

from gpu_cluster.config.pattern import Pattern

Zone = Annotated[
    str,
    Pattern(r"[a-z]{2}(-[a-z]+)+-\d([a-z]|-[a-z]{3}-\d[a-z])", "a zone such as eu-central-1a"),
]
"""By its name: the region and a letter, and for a local zone a city between, as in us-west-2-lax-1a."""


def is_local(zone: str) -> bool:
    """Whether it is a local zone, away from its region: neither control planes nor endpoints are there."""
    return re.search(r"\d-", zone) is not None
