"""The platform on this machine: a real control plane, simulated nodes and the real engine."""

from rehearsal.cluster import Cluster
from rehearsal.control_plane import ControlPlane, Status
from rehearsal.engine import Engine, forget_local_state, local_stacks, local_state
from rehearsal.errors import RehearsalError
from rehearsal.inventory import Inventory, PoolNodes, Replica, inventory, replicas_in
from rehearsal.lock import locked
from rehearsal.nodes import Changes, reconcile, simulate
from rehearsal.recovery import recover, unlock
from rehearsal.rehearse import rehearse
from rehearsal.rehearse_team import rehearse_team
from rehearsal.report import Report
from rehearsal.retired import retired_models
from rehearsal.sandbox import Sandbox
from rehearsal.scratch import scratch
from rehearsal.tenant import Tenant, admit

__all__ = [
    "Changes",
    "Cluster",
    "ControlPlane",
    "Engine",
    "Inventory",
    "PoolNodes",
    "RehearsalError",
    "Replica",
    "Report",
    "Sandbox",
    "Status",
    "Tenant",
    "admit",
    "forget_local_state",
    "inventory",
    "local_stacks",
    "local_state",
    "locked",
    "reconcile",
    "recover",
    "rehearse",
    "rehearse_team",
    "replicas_in",
    "retired_models",
    "scratch",
    "simulate",
    "unlock",
]
