"""The kubeconfig of the rehearsal's cluster: one file that holds everything and changes with nothing else."""

import base64
import json
import os
from pathlib import Path


def write(path: Path, *, name: str, port: int, pki: Path) -> None:
    """Write it with the administrator's certificate inside, for the user only; equal content is kept."""
    content = _render(name, port, pki)
    if path.exists() and path.read_text() == content:
        return
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    fresh.replace(path)


def _render(name: str, port: int, pki: Path) -> str:
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority-data": _base64(pki / "ca.crt")}
    user = {
        "client-certificate-data": _base64(pki / "admin.crt"),
        "client-key-data": _base64(pki / "admin.key"),
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


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
