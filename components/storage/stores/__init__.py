"""What AWS makes behind storage classes and stores."""

from components.storage.stores.stores import Stores

__all__ = ["Stores"]
