"""Process of real nodes in the network of the host: it relays connections and starts all others.

python -m gpu_cluster_tools.real_node.host_process SETTINGS, in the folder of the nodes.
"""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from gpu_cluster_tools.real_node.relay import listen_at, listen_on, to_address, to_socket
from gpu_cluster_tools.real_node.settings import RealNodeSettings
from gpu_cluster_tools.real_node.volumes import keep_volumes_writable

_UNSHARE = ["unshare", "--net", "--pid", "--mount", "--mount-proc", "--fork", "--kill-child=SIGKILL"]
API_SOCKET = "api.sock"


def main(path: str) -> None:
    asyncio.run(_run(path))


def socket_of(way: str) -> str:
    return f"{way}.sock"


async def _run(path: str) -> None:
    settings = RealNodeSettings.read(Path(path))
    for socket in Path.cwd().glob("*.sock"):
        socket.unlink()
    servers = [await listen_on(API_SOCKET, to_address("127.0.0.1", settings.api_port))]
    for way, port in settings.ways.items():
        servers.append(await listen_at("127.0.0.1", port, to_socket(socket_of(way))))
    inside = subprocess.Popen(  # noqa: S603
        [*_UNSHARE, sys.executable, "-P", "-m", "gpu_cluster_tools.real_node.namespace_process", path]
    )
    volumes = asyncio.create_task(keep_volumes_writable(settings.api_port, Path(settings.pki)))
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
    volumes.cancel()
    inside.kill()
    inside.wait()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
