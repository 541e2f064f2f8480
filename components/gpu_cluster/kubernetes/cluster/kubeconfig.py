"""The file that says how to reach the cluster."""

from pathlib import Path

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.team_stack import LOCAL_TEAMS, TeamStack
from gpu_cluster.file_path import in_home, is_file

LOCAL = Path(".local/kubeconfig")
"""Written by the control plane on this machine, below the project's folder."""


class NoKubeconfigError(Exception):
    """The stack file names a kubeconfig that does not exist."""


def kubeconfig_of(settings: LocalCluster | ExistingCluster, project: Path) -> str:
    """Path of the kubeconfig; `NoKubeconfigError` if the file does not exist.

    A path below `~` is not expanded, so the state is the same for every user.
    """
    given = settings.kubeconfig if isinstance(settings, ExistingCluster) else str(LOCAL)
    path = given if given.startswith("~") else str(project / given)
    if is_file(in_home(Path(path))):
        return path
    if isinstance(settings, LocalCluster):
        raise NoKubeconfigError(
            f"The cluster on this machine does not run: {path} does not exist. Start it with `make up`."
        )
    raise NoKubeconfigError(f"gpu-cluster:cluster.kubeconfig: {given} does not exist.")


def team_kubeconfig(team: TeamStack, project: Path) -> str:
    """Path of the kubeconfig that signs in as the team; `NoKubeconfigError` where there is none.

    The team's own starts at its project, that of the environment at the platform's.
    """
    membership, cluster = team.file.team, team.environment.cluster
    platform = team.platform.folder if team.platform else project
    if isinstance(cluster, ExistingCluster):
        if membership.kubeconfig is None:
            return kubeconfig_of(cluster, platform)
        return kubeconfig_of(cluster.model_copy(update={"kubeconfig": membership.kubeconfig}), project)
    path = platform / LOCAL_TEAMS / f"{team.name}.kubeconfig"
    if path.is_file():
        return str(path)
    raise NoKubeconfigError(
        f"no kubeconfig for team {team.name} on this machine: {path} does not exist; "
        f"run `gpu-cluster up {membership.environment}` first"
    )
