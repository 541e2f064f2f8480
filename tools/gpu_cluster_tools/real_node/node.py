"""Real node: machine files, container runtime and kubelet, in a mount namespace.

python -m gpu_cluster_tools.real_node.node SETTINGS NUMBER
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from gpu_cluster_tools.real_node.settings import RealNodeSettings
from gpu_cluster_tools.real_node.supervisor import supervise

VARIABLE_FOLDER = "/var/lib"
KUBELET_FOLDER = f"{VARIABLE_FOLDER}/kubelet"
LOG_AGENT_FOLDER = f"{VARIABLE_FOLDER}/gpu-cluster-logs"
_RUN_FOLDER, _LOG_FOLDER = "/run", "/var/log"
HIDDEN = (VARIABLE_FOLDER, _RUN_FOLDER, _LOG_FOLDER)
"""Folders of this machine that a node does not see, because it has its own."""


def main(path: str, number: int) -> None:
    settings = RealNodeSettings.read(Path(path))
    node = settings.nodes[number]
    _mount(Path(node.folder))
    supervise(node.programs, Path(node.folder) / "logs", os.environ | {"PATH": settings.search})


def _mount(folder: Path) -> None:
    kubelet = folder / "kubelet"
    kubelet.mkdir(parents=True, exist_ok=True)
    agent = folder / "log-agent"  # its positions outlive the processes, as the logs do
    agent.mkdir(exist_ok=True)
    shutil.rmtree(folder / "containerd-state", ignore_errors=True)  # containers ended with their namespaces
    # Volumes that the kubelet mounts are to be seen by the container runtime.
    _run("mount", "--make-rshared", "/")
    _run("mount", "-t", "tmpfs", "run", _RUN_FOLDER)  # sockets, and the lock of iptables
    Path("/run/log").mkdir()  # every machine with systemd has it, and agents that read journals mount it
    log = folder / "log"
    log.mkdir(exist_ok=True)
    _run("mount", "--bind", str(log), _LOG_FOLDER)  # of pods: the kubelet has no other place for their links
    # Pods write to folders of their node: those of the machine, and of other nodes, are not touched.
    _run("mount", "-t", "tmpfs", "lib", VARIABLE_FOLDER)
    for source, target in ((kubelet, KUBELET_FOLDER), (agent, LOG_AGENT_FOLDER)):
        Path(target).mkdir()
        _run("mount", "--bind", str(source), target)
    # The kubelet takes memory and processors of the machine from these files.
    _run("mount", "--bind", str(folder / "machine" / "meminfo"), "/proc/meminfo")
    _run("mount", "--bind", str(folder / "machine" / "node"), "/sys/devices/system/node")


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
