"""Requirements of a real node: Linux, root, namespaces and kernel features."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from gpu_cluster_tools.toolchain.debian import missing_programs

_COMMANDS = ("ip", "mount", "unshare")
_CGROUPS = Path("/sys/fs/cgroup")
_NUMA_NODES = Path("/sys/devices/system/node")
_PROBES = {
    "namespaces of process ids, mounts and network": "true",
    "network bridges": "ip link add name probe type bridge",
    "pairs of virtual network devices": "ip link add probe0 type veth peer name probe1",
    "IP forwarding": "echo 1 > /proc/sys/net/ipv4/ip_forward",
}


def missing_requirement() -> str | None:
    """The first requirement that this machine does not meet; None where real nodes can run."""
    if not sys.platform.startswith("linux"):
        return f"Linux (this is {sys.platform})"
    if os.geteuid() != 0:
        return "root"
    for command in _COMMANDS:
        if shutil.which(command) is None:
            return f"the command {command}"
    if missing := _missing_cgroups() or _missing_numa_nodes():
        return missing
    if "\toverlay\n" not in Path("/proc/filesystems").read_text():
        return "the file system overlay in the kernel"
    for feature, probe in _PROBES.items():
        if not _works(probe):
            return f"{feature} (`unshare --net --pid --mount --fork sh -c '{probe}'` fails)"
    if missing := missing_programs():
        return f"{' and '.join(missing)}, or apt-get to download them"
    return None


def _missing_cgroups() -> str | None:
    """Hierarchies are that of version 2, or one for each controller of version 1."""
    unified = (_CGROUPS / "cgroup.controllers").exists()
    hierarchies = [_CGROUPS] if unified else [it.parent for it in _CGROUPS.glob("*/cgroup.procs")]
    if not hierarchies:
        return f"control groups, which are not mounted at {_CGROUPS}"
    # For root, only a file system that is mounted read-only is not writable.
    read_only = [str(it) for it in hierarchies if not os.access(it, os.W_OK)]
    return f"control groups that can be created; {read_only[0]} is read-only" if read_only else None


def _missing_numa_nodes() -> str | None:
    return None if _NUMA_NODES.is_dir() else f"a kernel with {_NUMA_NODES} (CONFIG_NUMA)"


def _works(probe: str) -> bool:
    command = ["unshare", "--net", "--pid", "--mount", "--fork", "sh", "-c", probe]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603
