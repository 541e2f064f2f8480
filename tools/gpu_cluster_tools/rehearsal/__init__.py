"""The platform on this machine: a real control plane, simulated nodes and the real engine."""

from gpu_cluster_tools.rehearsal.cluster import Cluster
from gpu_cluster_tools.rehearsal.control_plane import ControlPlane, Status
from gpu_cluster_tools.rehearsal.engine import Engine, forget_local_state, local_stacks, local_state
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.inventory import Inventory, PoolNodes, Replica, inventory, replicas_in
from gpu_cluster_tools.rehearsal.lock import locked
from gpu_cluster_tools.rehearsal.nodes import Changes, reconcile, simulate
from gpu_cluster_tools.rehearsal.recovery import recover, unlock
from gpu_cluster_tools.rehearsal.rehearse import rehearse
from gpu_cluster_tools.rehearsal.rehearse_team import rehearse_team
from gpu_cluster_tools.rehearsal.report import Report
from gpu_cluster_tools.rehearsal.retired import retired_models
from gpu_cluster_tools.rehearsal.sandbox import Sandbox
from gpu_cluster_tools.rehearsal.scratch import scratch
from gpu_cluster_tools.rehearsal.tenant import Tenant, admit

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
