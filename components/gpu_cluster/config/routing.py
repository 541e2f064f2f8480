"""Choice of the replica that answers a request through the gateway."""

from enum import StrEnum


class Routing(StrEnum):
    """Choice of a model's replica for each request through the gateway."""

    LEAST_REQUEST = "least-request"
    PREFIX_CACHE = "prefix-cache"


PICKER_SUFFIX, STANDBY_SUFFIX = "-picker", "-picker-standby"
"""Suffixes of the Services of a model's two endpoint pickers."""
