"""Secret with a self-signed certificate."""

import base64
from typing import Any

from gpu_cluster_tools.rehearsal.control_plane.certificate import self_signed


def self_signed_secret(name: str, namespace: str, host: str) -> dict[str, Any]:
    """A Secret of type kubernetes.io/tls for this host, valid for a year."""
    issued = self_signed(host)
    files = {"tls.crt": issued.certificate, "tls.key": issued.key}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {"name": name, "namespace": namespace},
        "data": {file: base64.b64encode(content).decode() for file, content in files.items()},
    }
