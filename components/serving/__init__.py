"""The models that are served."""

from components.serving.model import Model
from components.serving.replicas import Place
from components.serving.serving import Serving

__all__ = ["Model", "Place", "Serving"]
