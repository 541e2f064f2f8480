"""What encrypts the platform's data: one key for each purpose."""

from components.keys.keys import Keys
from components.keys.purpose import Purpose

__all__ = ["Keys", "Purpose"]
