"""A stack as it would be: its whole resource graph, resolved without cluster, cloud or network."""

from plan.clock import ready
from plan.graph import Graph, Registered
from plan.plan import Environments, Plan, plan_of, planned
from plan.record import as_json
from plan.tree import tree

__all__ = ["Environments", "Graph", "Plan", "Registered", "as_json", "plan_of", "planned", "ready", "tree"]
