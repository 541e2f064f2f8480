"""The platform on this machine: a real control plane, simulated nodes and the real engine."""

from rehearsal.cluster import Cluster
from rehearsal.control_plane import ControlPlane, Status
from rehearsal.engine import Engine, forget_local_state, local_state
from rehearsal.errors import RehearsalError
from rehearsal.inventory import Inventory, PoolNodes, Replica, inventory
from rehearsal.nodes import Changes, reconcile, simulate
from rehearsal.recovery import recover
from rehearsal.scratch import scratch

__all__ = [
    "Changes",
    "Cluster",
    "ControlPlane",
    "Engine",
    "Inventory",
    "PoolNodes",
    "RehearsalError",
    "Replica",
    "Status",
    "forget_local_state",
    "inventory",
    "local_state",
    "reconcile",
    "recover",
    "scratch",
    "simulate",
]
