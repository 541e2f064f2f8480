"""Pods without GPUs on real nodes: they would be scheduled to simulated nodes, which run nothing."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

from gpu_cluster_tools.rehearsal.background_loops import background_loops
from gpu_cluster_tools.rehearsal.dynamic_client import DynamicClient
from gpu_cluster_tools.rehearsal.nodes import REAL_NODE_LABEL


@contextmanager
def run_on_real_nodes(local: Path) -> Generator[None]:
    """Let every pod of a local platform run on nodes with kubelets, and write to its volumes.

    Volumes of this machine belong to root, and a kubelet gives a hostPath to no other user.
    """

    def keep() -> None:
        if (local / "kubeconfig").exists():
            with suppress(OSError, httpx2.HTTPError):  # before it answers
                _steer(DynamicClient(local / "kubeconfig"))

    with background_loops(keep):
        yield


def _steer(api: DynamicClient) -> None:
    for node in api.items("/api/v1/nodes"):
        real = REAL_NODE_LABEL in node["metadata"]["labels"]
        changed = {"taints": None} if real else {"unschedulable": True}
        if any(node["spec"].get(key) != value for key, value in changed.items()):
            api.patch(f"/api/v1/nodes/{node['metadata']['name']}", {"spec": changed})
    for volume in api.items("/api/v1/persistentvolumes"):
        Path(volume["spec"]["hostPath"]["path"]).chmod(0o777)
