"""Images of the pods of telemetry, logs and the registry, for the nodes that may run them."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpu_cluster.capacity import MIG_DIVIDED, Pool
from gpu_cluster.config.logs import LOG_COLLECTOR
from gpu_cluster.kubernetes.logs.agent import NAME as LOG_AGENT
from gpu_cluster.plan import Graph
from gpu_cluster_tools.real_node.images import LocalImage, pods_of
from gpu_cluster_tools.rehearsal.cluster_state.unscheduled import selects
from gpu_cluster_tools.toolchain import Tool, Toolchain
from gpu_cluster_tools.toolchain.image_programs import (
    ALERTMANAGER,
    KUBE_STATE_METRICS,
    METRICS_ADAPTER,
    NODE_EXPORTER,
    OCI_REGISTRY,
    OTEL_COLLECTOR,
    PROMETHEUS,
)
from gpu_cluster_tools.toolchain.real_node import GPU_DEVICE_PLUGIN, MODEL_SERVER, NO_METRICS

DCGM_EXPORTER = "dcgm-exporter"
_ON_EVERY_NODE = (MODEL_SERVER.name, GPU_DEVICE_PLUGIN.name)
_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
"""Authorities that an image trusts, and those of this machine unless SSL_CERT_FILE names others."""

_REGISTRY_CONFIG = "etc/distribution/config.yml"
_REGISTRY = """\
version: 0.1
storage: {filesystem: {rootdirectory: /var/lib/registry}}
http: {addr: ":5000"}
"""


@dataclass(frozen=True, slots=True)
class _Program:
    tool: Tool
    arguments: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def image(self, name: str, toolchain: Toolchain) -> LocalImage:
        path = f"usr/local/bin/{self.tool.name}"
        files = {path: toolchain.path(self.tool.name).read_bytes(), **self.files}
        return LocalImage(name, files, [f"/{path}", *self.arguments])


def _programs() -> Mapping[str, _Program]:
    """Programs by the names of their containers."""
    authorities = Path(os.environ.get("SSL_CERT_FILE", _AUTHORITIES))
    trusted = {_AUTHORITIES[1:]: authorities.read_bytes()} if authorities.exists() else {}
    same = (PROMETHEUS, METRICS_ADAPTER, KUBE_STATE_METRICS, NODE_EXPORTER)
    return {
        **{tool.name: _Program(tool) for tool in same},
        ALERTMANAGER.name: _Program(ALERTMANAGER, files=trusted),
        **{name: _Program(OTEL_COLLECTOR, files=trusted) for name in (LOG_AGENT, LOG_COLLECTOR)},
        DCGM_EXPORTER: _Program(NO_METRICS, ("9400",)),
        "registry": _Program(
            OCI_REGISTRY, ("serve", f"/{_REGISTRY_CONFIG}"), {_REGISTRY_CONFIG: _REGISTRY.encode()}
        ),
    }


def support_tools(graph: Graph, pools: Iterable[Pool]) -> list[Tool]:
    """Programs of the containers that may run on these pools."""
    programs = _programs()
    wanted = {name for pool in pools for name, _ in _containers_on(graph, pool)}
    tools = {programs[name].tool.name: programs[name].tool for name in sorted(wanted & programs.keys())}
    return list(tools.values())


def support_images(graph: Graph, toolchain: Toolchain, pools: Iterable[Pool]) -> dict[str, list[LocalImage]]:
    """Images by pool, under the names by which containers ask for them that may run on its nodes."""
    programs = _programs()
    wanted = {pool.name: sorted(set(_containers_on(graph, pool))) for pool in pools}
    every = {it for containers in wanted.values() for it in containers if it[0] in programs}
    images = {(name, image): programs[name].image(image, toolchain) for name, image in every}
    return {pool: [images[it] for it in containers if it in images] for pool, containers in wanted.items()}


def without_image(graph: Graph, pool: Pool) -> list[str]:
    """Containers that may run on the nodes of a pool and have no image on this machine."""
    return sorted({name for name, _ in _containers_on(graph, pool)} - {*_programs(), *_ON_EVERY_NODE})


def _containers_on(graph: Graph, pool: Pool) -> Iterator[tuple[str, str]]:
    """Name and image of the containers of a plan that the scheduler may place on the nodes of a pool."""
    for pod in pods_of(graph):
        containers = [*pod.get("initContainers", ()), *pod["containers"]]
        if all("name" in it for it in containers) and _may_run_on(pod, pool):  # those of a proxy have none
            yield from ((it["name"], it["image"]) for it in containers)


def _may_run_on(pod: Mapping[str, Any], pool: Pool) -> bool:
    labels = {"kubernetes.io/os": "linux", **pool.labels, **MIG_DIVIDED}
    node = {"metadata": {"name": "", "labels": labels}, "spec": {"taints": list(pool.taints)}}
    return selects({"spec": dict(pod)}, node)
