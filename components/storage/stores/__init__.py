"""What AWS makes behind storage classes and stores."""

from components.storage.stores.backups import Copies
from components.storage.stores.stores import Stores

__all__ = ["Copies", "Stores"]
