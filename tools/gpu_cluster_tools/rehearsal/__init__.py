"""The platform on this machine: a real control plane, simulated nodes and the real engine.

Names are imported on first use: `gpu-cluster status` does not load the emulated account.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gpu_cluster_tools.rehearsal.copy_project import copy_project  # its module has the same name

if TYPE_CHECKING:
    from gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory import (
        ClusterInventory as ClusterInventory,
    )
    from gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory import PoolNodes as PoolNodes
    from gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory import Replica as Replica
    from gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory import inventory as inventory
    from gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory import replicas_in as replicas_in
    from gpu_cluster_tools.rehearsal.control_plane.control_plane import (
        ControlPlaneStatus as ControlPlaneStatus,
    )
    from gpu_cluster_tools.rehearsal.control_plane.control_plane import LocalControlPlane as LocalControlPlane
    from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import (
        KubernetesClient as KubernetesClient,
    )
    from gpu_cluster_tools.rehearsal.control_plane.team_access import admit as admit
    from gpu_cluster_tools.rehearsal.engine.engine import PulumiEngine as PulumiEngine
    from gpu_cluster_tools.rehearsal.engine.engine import forget_local_state as forget_local_state
    from gpu_cluster_tools.rehearsal.engine.engine import local_stacks as local_stacks
    from gpu_cluster_tools.rehearsal.engine.engine import local_state as local_state
    from gpu_cluster_tools.rehearsal.engine.recovery import recover as recover
    from gpu_cluster_tools.rehearsal.engine.recovery import unlock as unlock
    from gpu_cluster_tools.rehearsal.errors import RehearsalError as RehearsalError
    from gpu_cluster_tools.rehearsal.lock import locked as locked
    from gpu_cluster_tools.rehearsal.report import RehearsalReport as RehearsalReport
    from gpu_cluster_tools.rehearsal.sandbox import Sandbox as Sandbox
    from gpu_cluster_tools.rehearsal.simulated_nodes.nodes import Changes as Changes
    from gpu_cluster_tools.rehearsal.simulated_nodes.nodes import reconcile as reconcile
    from gpu_cluster_tools.rehearsal.simulated_nodes.nodes import simulate as simulate
    from gpu_cluster_tools.rehearsal.team_sandbox import TeamSandbox as TeamSandbox

_MODULES = {
    "Changes": "gpu_cluster_tools.rehearsal.simulated_nodes.nodes",
    "ClusterInventory": "gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory",
    "ControlPlaneStatus": "gpu_cluster_tools.rehearsal.control_plane.control_plane",
    "KubernetesClient": "gpu_cluster_tools.rehearsal.control_plane.kubernetes_client",
    "LocalControlPlane": "gpu_cluster_tools.rehearsal.control_plane.control_plane",
    "PoolNodes": "gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory",
    "PulumiEngine": "gpu_cluster_tools.rehearsal.engine.engine",
    "RehearsalError": "gpu_cluster_tools.rehearsal.errors",
    "RehearsalReport": "gpu_cluster_tools.rehearsal.report",
    "Replica": "gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory",
    "Sandbox": "gpu_cluster_tools.rehearsal.sandbox",
    "TeamSandbox": "gpu_cluster_tools.rehearsal.team_sandbox",
    "admit": "gpu_cluster_tools.rehearsal.control_plane.team_access",
    "forget_local_state": "gpu_cluster_tools.rehearsal.engine.engine",
    "inventory": "gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory",
    "local_stacks": "gpu_cluster_tools.rehearsal.engine.engine",
    "local_state": "gpu_cluster_tools.rehearsal.engine.engine",
    "locked": "gpu_cluster_tools.rehearsal.lock",
    "reconcile": "gpu_cluster_tools.rehearsal.simulated_nodes.nodes",
    "recover": "gpu_cluster_tools.rehearsal.engine.recovery",
    "replicas_in": "gpu_cluster_tools.rehearsal.cluster_state.cluster_inventory",
    "simulate": "gpu_cluster_tools.rehearsal.simulated_nodes.nodes",
    "unlock": "gpu_cluster_tools.rehearsal.engine.recovery",
}
"""Module of each name."""

__all__ = [*_MODULES, "copy_project"]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """`AttributeError` for a name that this package does not offer."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
