"""The models that are served."""

from components.serving.hub_token import hub_token_secret
from components.serving.model import Model
from components.serving.replicas import Placement
from components.serving.serving import Serving, placements_of

__all__ = ["Model", "Placement", "Serving", "hub_token_secret", "placements_of"]
