"""NVIDIA's device plugin in the pods of real nodes, with a library that simulates the GPUs of a pool."""

import csv
import os
import shutil
import stat
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_cluster.capacity import POOL_LABEL, Pool
from gpu_cluster.catalog import GPUS, Gpu
from gpu_cluster.images import DEVICE_PLUGIN
from gpu_cluster_tools.real_node.images import LocalImage
from gpu_cluster_tools.rehearsal.control_plane.processes import processes
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.envoy import libraries_of
from gpu_cluster_tools.toolchain.nvidia import NVIDIA_CTK, NVIDIA_DEVICE_PLUGIN, NVML
from tests.real_node.platform import CLIENT_IMAGE, Platform, wait

_COMMAND = "usr/local/bin/nvidia-device-plugin"
_CAPABILITY = "8.9"  # of the L4 and L40S; GPUs with MIG have theirs in the table
_PROFILES = Path(__file__).with_name("mig_profiles.csv")
"""Profiles from the mocks of go-nvml v0.13.4-1 (pkg/nvml/mock/gpus, 2026-11-30)."""

_DRIVER = "580.95.05"
NVIDIA_MAJOR = 195  # of NVIDIA's devices, from Documentation/admin-guide/devices.txt of Linux

MACHINE = "machine.txt"
"""File of the library beside the socket of the kubelet, in the folder `simulated`."""

SYSTEM_PODS = "/api/v1/namespaces/gpu-system/pods"


def nvidia_image(name: str = DEVICE_PLUGIN.at(None)) -> LocalImage:
    """The plugin image under the rendered name, with the C library of this machine."""
    plugin = provide(NVIDIA_DEVICE_PLUGIN)
    libraries = libraries_of(plugin)
    folder = next(path for path in libraries if path.endswith("libc.so.6")).rpartition("/")[0]
    nvml = {f"{folder}/{NVML.name}": provide(NVML).read_bytes()}
    files = {_COMMAND: plugin.read_bytes(), **libraries, **nvml}
    return LocalImage(name, files, [f"/{_COMMAND}"])


def machine_of(pool: Pool) -> str:
    """GPUs of one node of a pool, with the partitions of its MIG layout."""
    assert pool.gpu
    layout = pool.sharing.mig if pool.sharing and pool.sharing.mig else {}
    return machine([(pool.gpu, layout)] * pool.gpus)


def machine(gpus: Sequence[tuple[Gpu, Mapping[str, int]]]) -> str:
    """GPUs with their MIG layouts, as a file of the library."""
    lines = [line for minor, (gpu, layout) in enumerate(gpus) for line in _lines(minor, gpu, layout)]
    return "".join(f"{line}\n" for line in lines)


def with_known_profiles() -> list[Gpu]:
    """GPUs of the catalog whose MIG profiles are in NVIDIA's mocks."""
    return [GPUS[name] for name in dict.fromkeys(row["gpu"] for row in _rows())]


def _lines(minor: int, gpu: Gpu, layout: Mapping[str, int]) -> Iterator[str]:
    profiles = [row for row in _rows() if row["gpu"] == gpu.name]
    capability = profiles[0]["capability"] if profiles else _CAPABILITY
    yield f"gpu {minor} {gpu_id(minor)} {gpu.memory_mib} {capability} {gpu.product.replace('-', ' ', 1)}"
    for row in profiles:
        yield f"profile {minor} {row['profile']} {row['slices']} {row['instances']} {row['memory_mib']}"
    wanted = [profile for profile, count in layout.items() for _ in range(count)]
    for instance, profile in enumerate(wanted):
        yield f"mig {minor} {instance} {_profile(profile, profiles)} {mig_id(minor, instance)}"


def _rows() -> list[dict[str, str]]:
    with _PROFILES.open() as file:
        return list(csv.DictReader(file))


def _profile(wanted: str, profiles: list[dict[str, str]]) -> str:
    """Number of the profile with this many slices and the nearest memory size, as NVIDIA names them."""
    slices, memory = wanted.removesuffix("gb").split("g.")
    own = [row for row in profiles if row["slices"] == slices]
    return min(own, key=lambda row: abs(int(row["memory_mib"]) / 1024 - int(memory)))["profile"]


def gpu_id(minor: int) -> str:
    return f"GPU-{uuid.UUID(int=minor)}"


def mig_id(minor: int, instance: int) -> str:
    return f"MIG-{uuid.UUID(int=minor * 100 + instance)}"


@dataclass(frozen=True)
class NvidiaNode:
    """A real node whose GPUs are simulated by the library."""

    platform: Platform
    name: str

    def become(self, pool: Pool, gpus: str | None = None) -> None:
        """Give the node the labels and GPUs of a pool, and start NVIDIA's plugin in that pool's pod."""
        self._label(None)  # two plugins at once on one node remove each other's sockets
        wait(lambda: not self._plugins())
        (self._folder / MACHINE).write_text(gpus or machine_of(pool))
        (self._folder / "xids.txt").touch()
        self._label(pool.name)
        wait(self._runs)

    def restart_plugin(self) -> None:
        [pod] = self._plugins()
        name = pod["metadata"]["name"]
        self.platform.api.delete(f"{SYSTEM_PODS}/{name}")
        wait(lambda: self._runs() and self._plugins()[0]["metadata"]["name"] != name)

    def log(self) -> str:
        [pod] = self._plugins()
        return self.platform.log("gpu-system", pod["metadata"]["name"])

    def fail(self, gpu: str, xid: int, instance: int | None = None) -> None:
        """Let the driver report an XID error."""
        with (self._folder / "xids.txt").open("a") as file:
            file.write(" ".join(map(str, filter(lambda it: it is not None, (gpu, xid, instance)))) + "\n")

    def install_driver(self) -> None:
        """Add driver files and NVIDIA's hooks to those of the machine, for this node only."""
        driver = self._node / "driver"
        libraries, devices, programs = (driver / name for name in ("lib64", "dev", "bin"))
        for folder in (libraries, devices, programs):
            folder.mkdir(parents=True)
        shutil.copy(provide(NVML), libraries / f"libnvidia-ml.so.{_DRIVER}")
        shutil.copy(provide(NVML), libraries / f"libcuda.so.{_DRIVER}")  # any library: no program calls it
        (libraries / "libnvidia-ml.so.1").symlink_to(f"libnvidia-ml.so.{_DRIVER}")
        (libraries / "libcuda.so.1").symlink_to(f"libcuda.so.{_DRIVER}")
        for name, minor in {"nvidiactl": 255, **{f"nvidia{gpu}": gpu for gpu in range(8)}}.items():
            os.mknod(devices / name, 0o666 | stat.S_IFCHR, os.makedev(NVIDIA_MAJOR, minor))
        shutil.copy(provide(NVIDIA_CTK), programs / "nvidia-ctk")
        script = " && ".join(
            [
                f"mount -t overlay overlay -o lowerdir={libraries}:/usr/lib64 /usr/lib64",
                f"mount -t overlay overlay -o lowerdir={programs}:/usr/bin /usr/bin",
                "mkdir /opt/dev",
                "mount --rbind /dev /opt/dev",
                f"mount -t overlay overlay -o lowerdir={devices}:/opt/dev /dev",
                "mount --rbind /opt/dev/pts /dev/pts",
                "mount --rbind /opt/dev/shm /dev/shm",
            ]
        )
        [containerd] = [
            it for it in processes("containerd".__eq__) if f"{self._node}/containerd.toml" in it.arguments
        ]
        subprocess.run(["nsenter", "-t", str(containerd.pid), "-m", "sh", "-c", script], check=True)

    def offers(self, resource: str) -> int:
        node = self.platform.api.get(f"/api/v1/nodes/{self.name}")
        return int(node["status"]["allocatable"].get(resource, "0"))

    @property
    def _node(self) -> Path:
        [node] = [it for it in self.platform.settings.nodes if it.name == self.name]
        return Path(node.folder)

    @property
    def _folder(self) -> Path:
        return self._node / "kubelet" / "device-plugins" / "simulated"

    def _plugins(self) -> list[dict[str, Any]]:
        pods = self.platform.api.items(
            f"{SYSTEM_PODS}?labelSelector=app.kubernetes.io/name=nvidia-device-plugin"
        )
        return [it for it in pods if it["spec"].get("nodeName") == self.name]

    def _runs(self) -> bool:
        pods = self._plugins()
        return len(pods) == 1 and pods[0]["status"]["phase"] == "Running"

    def _label(self, pool: str | None) -> None:
        self.platform.api.patch(f"/api/v1/nodes/{self.name}", {"metadata": {"labels": {POOL_LABEL: pool}}})


def process_of(pod: dict[str, Any], program: str) -> Path:
    """Folder of the process of a pod in /proc."""
    for found in processes(program.__eq__):
        process = Path(f"/proc/{found.pid}")
        if pod["metadata"]["uid"] in (process / "cgroup").read_text():
            return process
    raise LookupError(f"{program} of {pod['metadata']['name']} does not run")


def environment_of(process: Path) -> dict[str, str]:
    content = (process / "environ").read_text()
    return dict(line.split("=", 1) for line in content.split("\0") if line)


def gpu_pod(node: str, name: str, resource: str, count: int = 1) -> dict[str, Any]:
    """A pod on one node that requests GPUs and runs until it is deleted."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "automountServiceAccountToken": False,
            "nodeSelector": {"kubernetes.io/hostname": node},
            "tolerations": [{"operator": "Exists"}],
            "terminationGracePeriodSeconds": 0,
            "containers": [
                {
                    "name": "client",
                    "image": CLIENT_IMAGE,
                    "args": ["serve", "8080"],
                    "resources": {"limits": {resource: str(count)}},
                }
            ],
        },
    }
