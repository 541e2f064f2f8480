"""Storage classes."""

from components.storage.classes import Classes, StorageClasses, classes_of

__all__ = ["Classes", "StorageClasses", "classes_of"]
