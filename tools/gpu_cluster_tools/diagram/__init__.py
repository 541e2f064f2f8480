"""A stack as a picture."""

from gpu_cluster_tools.diagram.environment import diagram
from gpu_cluster_tools.diagram.team import team_diagram

__all__ = ["diagram", "team_diagram"]
