"""Images for telemetry: the real programs, and one in place of those that cannot be built here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gpu_cluster.plan import plan_of
from gpu_cluster_tools.real_node.images import LocalImage
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.tools import KUBE_STATE_METRICS, METRICS_ADAPTER, NODE_EXPORTER, PROMETHEUS
from tests.real_node.platform import CLIENT_COMMAND, client_files

_REAL = (PROMETHEUS, METRICS_ADAPTER, KUBE_STATE_METRICS, NODE_EXPORTER)
_PORTS = {"dcgm-exporter": "9400", "registry": "5000"}
"""Ports of the programs that cannot be had here: they answer their probes, and serve nothing."""


def telemetry_images(project: Path, stack: str) -> list[LocalImage]:
    """Each under the name by which the platform's own containers ask for it."""
    return [
        LocalImage(name, *program)
        for name, container in sorted(set(_containers(project, stack)))
        if (program := _program(container))
    ]


def _program(container: str) -> tuple[dict[str, bytes], list[str]] | None:
    for tool in _REAL:
        if tool.name == container:
            return {f"usr/local/bin/{tool.name}": provide(tool).read_bytes()}, [f"/usr/local/bin/{tool.name}"]
    if container in _PORTS:
        return client_files(), [CLIENT_COMMAND, "serve", _PORTS[container]]
    return None


def _containers(project: Path, stack: str) -> Iterator[tuple[str, str]]:
    for resource in plan_of(project, stack).graph.resources:
        if resource.type.startswith("kubernetes:apps"):
            pod: dict[str, Any] = resource.inputs["spec"]["template"]["spec"]
            yield from ((it["image"], it["name"]) for it in pod["containers"])
