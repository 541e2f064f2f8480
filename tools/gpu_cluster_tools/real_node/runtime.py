"""The container runtime of a real node, from outside of its mounts."""

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gpu_cluster_tools.real_node.images import LocalImage
from gpu_cluster_tools.real_node.node_files import RUNTIME_SOCKET
from gpu_cluster_tools.rehearsal import RehearsalError
from gpu_cluster_tools.rehearsal.control_plane.log_tail import tail
from gpu_cluster_tools.rehearsal.control_plane.processes import processes
from gpu_cluster_tools.toolchain import Toolchain
from gpu_cluster_tools.toolchain.real_node import CNI_PLUGINS

READY_SECONDS = 120
_POLL_SECONDS = 0.2


def import_images(folder: Path, ctr: Path, images: Sequence[LocalImage]) -> None:
    """Import images into the runtime of the node of a folder, unless it has the same already.

    `RehearsalError` where the runtime does not answer.
    """
    described = repr([(image.name, image.digest, image.command) for image in images])
    wanted = hashlib.sha256(described.encode()).hexdigest()
    done = folder / f"images-{wanted[:16]}"
    client = runtime_client(folder, ctr)
    if done.exists():
        return
    for image in images:
        archive = folder / "image.tar"
        image.write(archive, os.uname().machine)
        _run([*client, "--namespace", "k8s.io", "images", "import", "--local", str(archive)])
        archive.unlink()
    done.touch()


def link_plugins(folder: Path, toolchain: Toolchain) -> None:
    """Fill the one folder that the runtime looks for network plugins in."""
    folder.mkdir(exist_ok=True)
    for tool in CNI_PLUGINS:
        link = folder / tool.name
        link.unlink(missing_ok=True)
        link.symlink_to(toolchain.path(tool.name))


def default_specification(ctr: Path) -> dict[str, Any]:
    """Specification of a container as the runtime makes it by default."""
    done = subprocess.run([str(ctr), "oci", "spec"], capture_output=True, check=True)  # noqa: S603
    return json.loads(done.stdout)


def runtime_client(folder: Path, ctr: Path) -> list[str]:
    """Command of `ctr` at the socket of a node, which is in the mounts of its containerd, once it answers."""
    configuration = str(folder / "containerd.toml")
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        for process in processes("containerd".__eq__):
            if configuration in process.arguments:
                client = [str(ctr), "--address", f"/proc/{process.pid}/root{RUNTIME_SOCKET}"]
                if subprocess.run([*client, "version"], capture_output=True, check=False).returncode == 0:  # noqa: S603
                    return client
        time.sleep(_POLL_SECONDS)
    raise RehearsalError(not_ready(folder, "containerd"))


def not_ready(folder: Path, program: str) -> str:
    """Message with the last words of a program of a node."""
    log = folder / "logs" / f"{program}.log"
    return (
        f"the real node {folder.name} is not ready after {READY_SECONDS} s; {program} said:\n{tail(log)}\n"
        f"Its logs are in {log.parent}; `REAL_NODE=no make up` continues without it."
    )


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RehearsalError(f"{' '.join(command)} fails: {(done.stderr or done.stdout).strip()}")
