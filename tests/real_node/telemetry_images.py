"""Images for telemetry: the real Prometheus and adapter, and programs in place of exporters."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gpu_cluster.plan import plan_of
from gpu_cluster_tools.real_node.images import LocalImage
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.tools import METRICS_ADAPTER, PROMETHEUS
from tests.real_node.platform import CLIENT_COMMAND, client_files

_REAL = (PROMETHEUS, METRICS_ADAPTER)
_PORTS = {
    "kube-state-metrics": "8080,8081",
    "node-exporter": "9100",
    "dcgm-exporter": "9400",
    "registry": "5000",
}
"""Ports of the programs that cannot be had here: they answer their probes, with nothing or with metrics."""

_METRICS = {
    "kube-state-metrics": b"""\
# TYPE kube_node_labels gauge
kube_node_labels{node="a",label_gpu_cluster_pool="l4",label_node_kubernetes_io_instance_type="g6.4xlarge"} 1
kube_node_labels{node="b",label_gpu_cluster_pool="l4",label_node_kubernetes_io_instance_type="g6.4xlarge"} 1
# TYPE kube_node_status_allocatable gauge
kube_node_status_allocatable{node="a",resource="nvidia_com_gpu",unit="integer"} 1
kube_node_status_allocatable{node="b",resource="nvidia_com_gpu",unit="integer"} 1
# TYPE kube_pod_container_resource_requests gauge
kube_pod_container_resource_requests{namespace="serving",pod="chat-0",uid="1",container="server",node="a",\
resource="nvidia_com_gpu",unit="integer"} 1
# TYPE kube_pod_labels gauge
kube_pod_labels{namespace="serving",pod="chat-0",uid="1",label_app_kubernetes_io_instance="chat",\
label_app_kubernetes_io_part_of="gpu-cluster"} 1
# TYPE kube_pod_status_phase gauge
kube_pod_status_phase{namespace="serving",pod="chat-0",uid="1",phase="Pending"} 0
kube_pod_status_phase{namespace="serving",pod="chat-0",uid="1",phase="Running"} 1
"""
}
"""Two nodes, and a pod of a model on one of them."""


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
        metrics = {"usr/share/metrics": it} if (it := _METRICS.get(container)) else {}
        return {**client_files(), **metrics}, [CLIENT_COMMAND, "serve", _PORTS[container]]
    return None


def _containers(project: Path, stack: str) -> Iterator[tuple[str, str]]:
    for resource in plan_of(project, stack).graph.resources:
        if resource.type.startswith("kubernetes:apps"):
            pod: dict[str, Any] = resource.inputs["spec"]["template"]["spec"]
            yield from ((it["image"], it["name"]) for it in pod["containers"])
