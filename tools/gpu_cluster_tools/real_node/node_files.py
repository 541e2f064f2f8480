"""Configuration files of a real node's programs."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gpu_cluster.capacity import Pool
from gpu_cluster_tools.real_node.network import DNS_SERVICE, PODS, pod_range
from gpu_cluster_tools.real_node.node import KUBELET_FOLDER

RUNTIME_SOCKET = "/run/containerd/containerd.sock"
PAUSE_IMAGE = "gpu-cluster.local/pause:1"
KUBELET_PORT = 10250
_HEALTH_PORT = 10348
_EVICTED_KIB = 100 * 1024  # a kubelet wants some, which is a part of what the machines keep


def kubelet(pool: Pool, number: int, *, address: str, authority: Path, cgroup: str) -> dict[str, Any]:
    """Configuration of a kubelet that reserves as much as the pool's machines do."""
    capacity, allocatable = pool.capacity, pool.allocatable
    processors = -(-capacity.cpu_millis // 1000)
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": address,
        "port": KUBELET_PORT,
        "healthzPort": _HEALTH_PORT + number,
        "readOnlyPort": 0,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(authority)},
        },
        "authorization": {"mode": "Webhook"},
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": "cluster.local",
        "resolvConf": f"{KUBELET_FOLDER}/resolv.conf",
        "containerRuntimeEndpoint": f"unix://{RUNTIME_SOCKET}",
        "volumePluginDir": f"{KUBELET_FOLDER}/volume-plugins",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{cgroup}",
        "failCgroupV1": False,  # machines with cgroups of version 1 are not told apart
        "failSwapOn": False,
        "localStorageCapacityIsolation": False,
        "imageGCHighThresholdPercent": 100,  # no registry would have them again
        "evictionHard": {
            "memory.available": f"{_EVICTED_KIB}Ki",
            "nodefs.available": "0%",
            "imagefs.available": "0%",
        },
        "kubeReserved": {
            "cpu": f"{processors * 1000 - allocatable.cpu_millis}m",
            "memory": f"{(capacity.memory_bytes - allocatable.memory_bytes) // 1024 - _EVICTED_KIB}Ki",
        },
        "maxPods": allocatable.pods,
        "serializeImagePulls": False,
        "nodeStatusUpdateFrequency": "5s",
    }


def kube_proxy(kubeconfig: Path) -> dict[str, Any]:
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "bindAddress": "0.0.0.0",  # noqa: S104  (of its own network)
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        "clusterCIDR": str(PODS),
        "conntrack": {"maxPerCore": 0},
        "iptables": {"minSyncPeriod": "100ms", "syncPeriod": "30s"},
    }


def network(number: int, folder: Path) -> dict[str, Any]:
    """A device for each pod, with a route to it: all of a pod's packets are routed, so rules see them."""
    return {
        "cniVersion": "1.0.0",
        "name": "gpu-cluster",
        "plugins": [
            {
                "type": "ptp",
                "ipMasq": False,
                "ipam": {
                    "type": "host-local",
                    "dataDir": str(folder / "addresses"),
                    "ranges": [[{"subnet": pod_range(number)}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            }
        ],
    }


def containerd(folder: Path, *, plugins: Path, runc: Path, specification: Path | None = None) -> str:
    """Configuration of the runtime; `specification`: base OCI specification of containers, if any.

    Version 2 of the format is read by containerd 1.6 and later.
    """
    base = f"    base_runtime_spec = {json.dumps(str(specification))}\n" if specification else ""
    restricted = "true" if not _may_lower_oom_score() else "false"
    return f"""version = 2
root = {json.dumps(str(folder / "containerd"))}
state = {json.dumps(str(folder / "containerd-state"))}
[grpc]
  address = "{RUNTIME_SOCKET}"
[plugins."io.containerd.internal.v1.opt"]
  path = {json.dumps(str(folder / "containerd-opt"))}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  restrict_oom_score_adj = {restricted}
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = {json.dumps(str(plugins))}
    conf_dir = {json.dumps(str(folder / "cni"))}
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
{base}    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = {json.dumps(str(runc))}
      SystemdCgroup = false
"""


def with_mounts(specification: dict[str, Any], mounts: Mapping[str, str]) -> dict[str, Any]:
    """A container's specification with read-only folders of this machine, by their paths in the container."""
    added = [
        {"destination": path, "type": "bind", "source": source, "options": ["rbind", "ro", "nosuid", "nodev"]}
        for path, source in mounts.items()
    ]
    return specification | {"mounts": [*specification["mounts"], *added]}


def _may_lower_oom_score() -> bool:
    """Whether this process has CAP_SYS_RESOURCE; a sandbox asks for a lower score than its parent's."""
    status = Path(f"/proc/{os.getpid()}/status").read_text()
    effective = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(effective, 16) >> 24 & 1)
