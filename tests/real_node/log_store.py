"""A store of logs in the cluster: a second collector that receives OTLP over HTTPS and writes a file."""

from pathlib import Path
from typing import Any

import yaml

from gpu_cluster.images import LOG_COLLECTOR
from gpu_cluster_tools.rehearsal.control_plane.certificate import self_signed
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient

HOST = "log-store.default.svc.cluster.local"
PORT = 4318
CERTIFICATE = self_signed(HOST)
_NAME = "log-store"
_IMAGE = LOG_COLLECTOR.at(None)
_FILES = "/etc/log-store"
_KEPT = "/var/lib/log-store"
_NAMESPACE = "/api/v1/namespaces/default"


def create_store(api: DynamicClient, folder: Path) -> Path:
    """Create the store; returns its file in a folder of this machine."""
    labels = {"app": _NAME}
    api.create(f"{_NAMESPACE}/configmaps", {"metadata": {"name": _NAME}, "data": _files()})
    api.create(
        f"{_NAMESPACE}/services",
        {"metadata": {"name": _NAME}, "spec": {"selector": labels, "ports": [{"port": PORT}]}},
    )
    mounts = {"files": _FILES, "kept": _KEPT}
    spec = {
        "automountServiceAccountToken": False,
        "nodeSelector": {"gpu-cluster/real-node": "true"},
        "containers": [
            {
                "name": _NAME,
                "image": _IMAGE,
                "args": [f"--config={_FILES}/config.yaml"],
                "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
            }
        ],
        "volumes": [
            {"name": "files", "configMap": {"name": _NAME}},
            {"name": "kept", "hostPath": {"path": str(folder)}},
        ],
    }
    api.create(f"{_NAMESPACE}/pods", {"metadata": {"name": _NAME, "labels": labels}, "spec": spec})
    return folder / "logs.json"


def _files() -> dict[str, str]:
    tls = {"cert_file": f"{_FILES}/tls.crt", "key_file": f"{_FILES}/tls.key"}
    config: dict[str, Any] = {
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"0.0.0.0:{PORT}", "tls": tls}}}},
        "exporters": {"file": {"path": f"{_KEPT}/logs.json"}},
        "service": {
            "pipelines": {"logs": {"receivers": ["otlp"], "exporters": ["file"]}},
            "telemetry": {"metrics": {"level": "none"}},
        },
    }
    return {
        "config.yaml": yaml.safe_dump(config),
        "tls.crt": CERTIFICATE.certificate.decode(),
        "tls.key": CERTIFICATE.key.decode(),
    }
