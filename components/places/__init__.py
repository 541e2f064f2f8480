"""Where a platform stands: on a cluster that was there before, or in an account of AWS."""

from components.places.choice import place_of
from components.places.found import found
from components.places.place import Build, Place

__all__ = ["Build", "Place", "found", "place_of"]
