"""AWS availability zones."""

import re
from typing import Annotated

from gpu_cluster.config.pattern import Pattern

Zone = Annotated[
    str,
    Pattern(r"[a-z]{2}(-[a-z]+)+-\d([a-z]|-[a-z]{3}-\d[a-z])", "a zone such as eu-central-1a"),
]
"""Zone name: region and letter; for a local zone with a city in between, as in us-west-2-lax-1a."""


def is_local(zone: str) -> bool:
    """Whether it is a local zone, which has neither control planes nor VPC endpoints."""
    return re.search(r"\d-", zone) is not None
