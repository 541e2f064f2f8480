"""A stack as it would be: its whole resource graph, resolved without cluster, cloud or network."""

from plan.graph import Graph, Registered
from plan.plan import Plan, plan_of, planned

__all__ = ["Graph", "Plan", "Registered", "plan_of", "planned"]
