"""The platform on this machine: a real control plane, simulated nodes and the real engine."""

from gpu_cluster_tools.rehearsal.cluster_inventory import (
    ClusterInventory,
    PoolNodes,
    Replica,
    inventory,
    replicas_in,
)
from gpu_cluster_tools.rehearsal.control_plane import ControlPlaneStatus, LocalControlPlane
from gpu_cluster_tools.rehearsal.copy_project import copy_project
from gpu_cluster_tools.rehearsal.engine import PulumiEngine, forget_local_state, local_stacks, local_state
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.kubernetes_client import KubernetesClient
from gpu_cluster_tools.rehearsal.lock import locked
from gpu_cluster_tools.rehearsal.nodes import Changes, reconcile, simulate
from gpu_cluster_tools.rehearsal.recovery import recover, unlock
from gpu_cluster_tools.rehearsal.rehearse import rehearse
from gpu_cluster_tools.rehearsal.rehearse_team import rehearse_team
from gpu_cluster_tools.rehearsal.removed_models import removed_models
from gpu_cluster_tools.rehearsal.report import RehearsalReport
from gpu_cluster_tools.rehearsal.sandbox import Sandbox
from gpu_cluster_tools.rehearsal.team_sandbox import TeamSandbox, admit

__all__ = [
    "Changes",
    "ClusterInventory",
    "ControlPlaneStatus",
    "KubernetesClient",
    "LocalControlPlane",
    "PoolNodes",
    "PulumiEngine",
    "RehearsalError",
    "RehearsalReport",
    "Replica",
    "Sandbox",
    "TeamSandbox",
    "admit",
    "copy_project",
    "forget_local_state",
    "inventory",
    "local_stacks",
    "local_state",
    "locked",
    "reconcile",
    "recover",
    "rehearse",
    "rehearse_team",
    "removed_models",
    "replicas_in",
    "simulate",
    "unlock",
]
