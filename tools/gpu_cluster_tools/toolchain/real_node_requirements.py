"""Requirements of a real node: Linux, root, namespaces and kernel features."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from gpu_cluster_tools.toolchain.debian import missing_programs

_COMMANDS = ("ip", "mount", "unshare")
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
    if "\toverlay\n" not in Path("/proc/filesystems").read_text():
        return "the file system overlay in the kernel"
    for feature, probe in _PROBES.items():
        if not _works(probe):
            return f"{feature} (`unshare --net --pid --mount --fork sh -c '{probe}'` fails)"
    if missing := missing_programs():
        return f"{' and '.join(missing)}, or apt-get to download them"
    return None


def _works(probe: str) -> bool:
    command = ["unshare", "--net", "--pid", "--mount", "--fork", "sh", "-c", probe]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603
