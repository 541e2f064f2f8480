"""Availability zones of AWS."""

from typing import Annotated

from components.config.spelling import Spelled

Zone = Annotated[str, Spelled(r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "a zone such as eu-central-1a")]
"""By its name, which is the region's and a letter."""
