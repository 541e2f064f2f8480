"""Restarts of containers, which kwok never plays."""

from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient


def restart_containers(api: DynamicClient, path: str) -> None:
    """Report a restart of each container of a pod, as its kubelet does after a crash."""
    statuses = api.get(path)["status"]["containerStatuses"]
    restarted = [it | {"restartCount": it["restartCount"] + 1} for it in statuses]
    api.patch(f"{path}/status", {"status": {"containerStatuses": restarted}})
