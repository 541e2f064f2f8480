"""The models that are served."""

from components.serving.model import Model
from components.serving.replicas import Placement
from components.serving.serving import Serving

__all__ = ["Model", "Placement", "Serving"]
