"""Leases of nodes: kwok plays the pods of a node only while it holds the node's."""

import http.client
from contextlib import closing, suppress
from pathlib import Path

from gpu_cluster_tools.rehearsal.control_plane.health import admin_tls

_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
_TIMEOUT_SECONDS = 5


def release(port: int, pki: Path) -> None:
    """Delete all after kwok has ended, if the API server still answers.

    A kwok that has ended holds its leases for 200 seconds, in which the next one, with another name, starts
    no pod. Kubelets make theirs again.
    """
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=_TIMEOUT_SECONDS, context=admin_tls(pki)
        )
        with closing(connection):
            connection.request("DELETE", _LEASES)
            connection.getresponse().read()
