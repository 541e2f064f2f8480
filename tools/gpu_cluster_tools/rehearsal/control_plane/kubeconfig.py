"""Kubeconfig of the rehearsal's cluster: one self-contained file."""

import base64
import json
import os
from pathlib import Path

from gpu_cluster_tools.rehearsal.control_plane.certificate import Certificate, issue


def write(path: Path, *, name: str, port: int, pki: Path) -> None:
    """Write it with the administrator's certificate, readable by the user only; unchanged content is kept."""
    admin = Certificate((pki / "admin.crt").read_bytes(), (pki / "admin.key").read_bytes())
    _write(path, _render(name, port, pki, admin))


def write_for(path: Path, *, name: str, port: int, pki: Path, user: str, group: str) -> None:
    """Write one that signs in as this user of this group, with a certificate that is issued for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, _render(name, port, pki, issue(pki, user=user, group=group)))


def _write(path: Path, content: str) -> None:
    if path.exists() and path.read_text() == content:
        return
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    fresh.replace(path)


def _render(name: str, port: int, pki: Path, who: Certificate) -> str:
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "certificate-authority-data": _base64((pki / "ca.crt").read_bytes()),
    }
    user = {
        "client-certificate-data": _base64(who.certificate),
        "client-key-data": _base64(who.key),
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    return json.dumps(config, indent=2) + "\n"  # JSON is YAML


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
