"""Servers without internet access: a cluster of real nodes that reach only a mirror."""

import ctypes
import os
import shutil
import socket
import tarfile
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import pytest

import gpu_cluster
from gpu_cluster.capacity import pools_of
from gpu_cluster.images import DEVICE_PLUGIN, PAUSE, VLLM, Image
from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from gpu_cluster_tools.real_node.cluster_dns import cluster_dns
from gpu_cluster_tools.real_node.images import LocalImage, container_images
from gpu_cluster_tools.real_node.network import node_address
from gpu_cluster_tools.real_node.real_nodes import RealNodes
from gpu_cluster_tools.real_node.selection import RealSelection
from gpu_cluster_tools.rehearsal import KubernetesClient, LocalControlPlane, reconcile
from gpu_cluster_tools.rehearsal.control_plane.processes import processes
from gpu_cluster_tools.toolchain import Toolchain, provide
from gpu_cluster_tools.toolchain.debian import provide_programs
from gpu_cluster_tools.toolchain.real_node import GPU_DEVICE_PLUGIN, MODEL_SERVER
from gpu_cluster_tools.toolchain.real_node import PAUSE as PAUSE_PROGRAM
from tests.rehearsal.oci_registry import Names, crane

PROXY_PORT = 3128
_FLAGS = "vllm-0.26.0.json"
_INSIDE = "gpu_cluster_tools.real_node.namespace_process"
_NETWORK_NAMESPACE = 0x40000000  # CLONE_NEWNET


def published() -> dict[Image, LocalImage]:
    """Images of this project under the names of the images that they replace."""
    return {
        DEVICE_PLUGIN: _image(DEVICE_PLUGIN, GPU_DEVICE_PLUGIN.name, provide(GPU_DEVICE_PLUGIN)),
        VLLM: _image(VLLM, MODEL_SERVER.name, provide(MODEL_SERVER), **_flags()),
        PAUSE: _image(PAUSE, PAUSE_PROGRAM.name, provide(PAUSE_PROGRAM)),
    }


def _image(image: Image, command: str, program: Path, **more: bytes) -> LocalImage:
    path = f"usr/local/bin/{command}"
    return LocalImage(image.named, {path: program.read_bytes(), **more}, [f"/{path}"])


def _flags() -> dict[str, bytes]:
    return {"vllm-flags.json": (files("gpu_cluster.catalog.engines") / _FLAGS).read_bytes()}


def publish(image: LocalImage, folder: Path, environment: Mapping[str, str], name: str) -> str:
    """Push an image under a name; returns its digest."""
    layout = folder / "layout"
    image.write(folder / "image.tar", os.uname().machine)
    with tarfile.open(folder / "image.tar") as archive:
        archive.extractall(layout, filter="data")
    pushed = crane(environment, "push", layout, name)
    shutil.rmtree(layout)
    return pushed.strip().rpartition("@sha256:")[2]


def library(folder: Path, digests: Mapping[Image, str]) -> Path:
    """A copy of the library whose pinned digests are those of the images published here."""
    shutil.copytree(
        Path(gpu_cluster.__file__).parent,
        folder / "gpu_cluster",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    pins = folder / "gpu_cluster" / "images.py"
    text = pins.read_text()
    for image, digest in digests.items():
        assert text.count(image.digest) == 1
        text = text.replace(image.digest, digest)
    pins.write_text(text)
    return folder


@dataclass(frozen=True)
class Servers:
    """An existing cluster: real nodes with the labels of a stack file's pools."""

    folder: Path
    kubeconfig: Path
    nodes: RealNodes


@contextmanager
def servers(
    folder: Path, toolchain: Toolchain, stack: Path, models: Sequence[str], mirror: Names, authority: Path
) -> Generator[Servers]:
    """Nodes of all pools of a stack file, with only the cluster's own images."""
    pools = pools_of(load(stack))
    control_plane = LocalControlPlane(folder, toolchain, services=True)
    control_plane.start()
    nodes = RealNodes(folder)
    try:
        reconcile(KubernetesClient(control_plane.kubeconfig), pools, list(pools))
        with as_file(files("gpu_cluster.catalog.engines") / _FLAGS) as flags:
            own = container_images(toolchain, Graph(), flags)
        selection = RealSelection(tuple(pools.values()), tuple(models))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HTTPS_PROXY", f"http://{node_address(0)}:{PROXY_PORT}")
            patch.setenv("SSL_CERT_FILE", str(authority))
            images = dict.fromkeys(pools, own)
            nodes.start(control_plane, toolchain, provide_programs(), selection, images)
        cluster_dns(control_plane.kubeconfig)
        with mirror.served(_socket_among_nodes(folder)):
            yield Servers(folder, control_plane.kubeconfig, nodes)
    finally:
        nodes.remove()
        control_plane.remove()


def _socket_among_nodes(folder: Path) -> socket.socket:
    """A socket in the network of the nodes, to which they connect."""
    settings = str((folder / "real-node" / "settings.json").resolve())
    started = [it for it in processes(lambda _: True) if {settings, _INSIDE} <= set(it.arguments)]
    inside = next(it for it in started if it.command != "unshare")
    found: list[socket.socket] = []

    def enter() -> None:  # a thread is in a network of its own
        with open(f"/proc/{inside.pid}/ns/net") as network:  # noqa: PTH123
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), _NETWORK_NAMESPACE):
                raise OSError(ctypes.get_errno(), "setns")
        found.append(socket.create_server((node_address(0), PROXY_PORT)))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    return found[0]
