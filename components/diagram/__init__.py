"""A stack as a picture."""

from components.diagram.environment import diagram
from components.diagram.team import team_diagram

__all__ = ["diagram", "team_diagram"]
