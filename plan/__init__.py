"""A stack as it would be: its whole resource graph, resolved without cluster, cloud or network."""

from plan.graph import Graph, Registered

__all__ = ["Graph", "Registered"]
