"""Access of a team to a control plane of this machine."""

from pathlib import Path

from gpu_cluster.config.team_grants import group_of
from gpu_cluster.config.team_stack import LOCAL_TEAMS
from gpu_cluster_tools.rehearsal.control_plane.control_plane import LocalControlPlane


def admit(project: Path, control_plane: LocalControlPlane, team: str) -> None:
    """Give a team access to a control plane of this machine, with its own kubeconfig."""
    path = project / LOCAL_TEAMS / f"{team}.kubeconfig"
    control_plane.admit(path, user=group_of(team), group=group_of(team))
