"""The registry inside the cluster."""

from components.registry.registry import Registry

__all__ = ["Registry"]
