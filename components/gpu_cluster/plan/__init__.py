"""Plan of a stack: its resource graph, resolved without cluster, cloud or network."""

from gpu_cluster.plan.graph import Environments, Graph, Registered
from gpu_cluster.plan.plan import Plan, plan_of, planned

__all__ = ["Environments", "Graph", "Plan", "Registered", "plan_of", "planned"]
