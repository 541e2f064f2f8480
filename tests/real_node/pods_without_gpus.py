"""Pods without GPUs on real nodes: they would be scheduled to simulated nodes, which run nothing."""

import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

from gpu_cluster_tools.rehearsal.dynamic_client import DynamicClient
from gpu_cluster_tools.rehearsal.nodes import REAL_NODE_LABEL


@contextmanager
def run_on_real_nodes(local: Path) -> Generator[None]:
    """Let every pod of a local platform run on nodes with kubelets, and write to its volumes.

    Volumes of this machine belong to root, and a kubelet gives a hostPath to no other user.
    """
    over = threading.Event()

    def keep() -> None:
        while not over.wait(1):
            if (local / "kubeconfig").exists():
                with suppress(OSError, httpx2.HTTPError):  # before it answers
                    _steer(DynamicClient(local / "kubeconfig"))

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _steer(api: DynamicClient) -> None:
    for node in api.items("/api/v1/nodes"):
        real = REAL_NODE_LABEL in node["metadata"]["labels"]
        changed = {"taints": None} if real else {"unschedulable": True}
        if any(node["spec"].get(key) != value for key, value in changed.items()):
            api.patch(f"/api/v1/nodes/{node['metadata']['name']}", {"spec": changed})
    for volume in api.items("/api/v1/persistentvolumes"):
        Path(volume["spec"]["hostPath"]["path"]).chmod(0o777)
