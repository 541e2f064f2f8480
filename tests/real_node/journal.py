"""A journal on each real node: journald, and the kubelet's messages, as under systemd."""

import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gpu_cluster_tools.rehearsal.control_plane.processes import processes
from tests.real_node.platform import Platform, wait

JOURNALD = Path("/lib/systemd/systemd-journald")
_SOCKET = "run/systemd/journal/socket"
_SCRIPT = f"""
mkdir -p /run/systemd/journal
{JOURNALD} &
until [ -S /{_SOCKET} ]; do sleep 0.1; done
tail -n +1 -F "$1" | systemd-cat --identifier=kubelet
"""


@contextmanager
def journals_of(platform: Platform) -> Generator[None]:
    """Keep them from the start of the nodes, which may be still to come: an agent finds them there.

    They end with the namespaces of the nodes.
    """
    programs: list[subprocess.Popen[bytes]] = []

    def begin() -> None:
        for node in wait(platform.started, 600).nodes:
            programs.append(_begun(Path(node.folder)))

    thread = threading.Thread(target=begin)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        for program in programs:
            program.wait(60)


def _begun(node: Path) -> subprocess.Popen[bytes]:
    runtime = str(wait(lambda: _containerd(node)))
    log = str(node / "logs" / "kubelet.log")
    enter = ("nsenter", "--target", runtime, "--mount", "--pid", "--")
    return subprocess.Popen([*enter, "sh", "-c", _SCRIPT, "sh", log], stderr=subprocess.DEVNULL)


def _containerd(node: Path) -> int | None:
    """Container runtime process of a node's folder."""
    wanted = str(node / "containerd.toml")
    return next((it.pid for it in processes("containerd".__eq__) if wanted in it.arguments), None)
