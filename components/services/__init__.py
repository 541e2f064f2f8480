"""Containers of a team's own."""

from components.services.image import image_of
from components.services.service import Service
from components.services.stores import store_claims

__all__ = ["Service", "image_of", "store_claims"]
