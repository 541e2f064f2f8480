"""Requirement of a new project: gpu-cluster from where this one was installed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_NAME = "gpu-cluster[doctor,rehearsal]"
WHEELS = "wheels"
"""Folder of a project for a wheel that no package index has."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A line of requirements.txt."""

    line: str
    wheel: Path | None = None
    """Wheel on this machine to copy to the project."""

    note: str = ""
    """Limits of the line; empty if it works on any machine."""


def requirement(installed: Distribution | None = None) -> Requirement:
    """Requirement from the origin that the installer recorded in direct_url.json (PEP 610).

    Without the record, gpu-cluster comes from a package index, and its version is enough.
    """
    found = installed or distribution("gpu-cluster")
    recorded = found.read_text("direct_url.json")
    if not recorded:
        return Requirement(f"{_NAME}=={found.version}")
    return _of_origin(json.loads(recorded), found.version)


def _of_origin(origin: Mapping[str, Any], version: str) -> Requirement:
    url = str(origin["url"])
    if "vcs_info" in origin:
        vcs = origin["vcs_info"]
        folder = f"#subdirectory={origin['subdirectory']}" if origin.get("subdirectory") else ""
        return Requirement(f"{_NAME} @ {vcs['vcs']}+{url}@{vcs['commit_id']}{folder}")
    parts = urlsplit(url)
    if parts.scheme != "file":
        digest = origin.get("archive_info", {}).get("hashes", {}).get("sha256")
        return Requirement(f"{_NAME} @ {url}{f'#sha256={digest}' if digest else ''}")
    path = Path(unquote(parts.path))
    if path.suffix == ".whl" and path.is_file():
        return Requirement(f"./{WHEELS}/{path.name}[doctor,rehearsal]", path)
    if path.is_dir():
        note = f"{path} is on this machine only: for others, name a wheel, or a git URL with a revision"
        return Requirement(f"{_NAME} @ {url}", note=note)
    note = f"{path} does not exist any more: name a wheel, a git URL with a revision, or a package index"
    return Requirement(f"{_NAME}=={version}", note=note)
